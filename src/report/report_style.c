/* The page around the sections of a report, and the elements that they are made of. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "gd/base/build.h"
#include "gd/report/html.h"
#include "gd/report/report_page.h"

/* The policy forbids every request and every script, whatever a name might smuggle in. */
static const char head[] =
	GD_REPORT_BEGINNING " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<meta name=\"referrer\" content=\"no-referrer\">\n<title>";

static const char style[] =
	"</title>\n<style>\n"
	":root{color-scheme:light dark;--back:#fff;--fore:#1a1e23;--quiet:#59626d;--line:#d5dae0;--panel:#f5f7f9;--grid:#b4bcc6;--warm:36,99,201;--cold:196,88,10;"
	"--s0:#1f5fbf;--s1:#b8480b;--s2:#14783c;--s3:#8a2ba8;--s4:#0f766e;--s5:#a3195b;--s6:#6b5b00;--s7:#4b5563;--s8:#1f5fbf;--s9:#b8480b;--s10:#14783c;--s11:#8a2ba8}\n"
	"@media(prefers-color-scheme:dark){:root{--back:#13161a;--fore:#e4e7eb;--quiet:#9aa4b0;--line:#333a43;--panel:#1b1f25;--grid:#4a5360;--warm:88,150,255;--cold:240,140,60;"
	"--s0:#7fb0ff;--s1:#ffa061;--s2:#6fd693;--s3:#d8a0f2;--s4:#5fd3c8;--s5:#ff8fc0;--s6:#dcc95a;--s7:#b6bfca;--s8:#7fb0ff;--s9:#ffa061;--s10:#6fd693;--s11:#d8a0f2}}\n"
	"*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--fore);font:16px/1.5 system-ui,sans-serif}\n"
	"main,header,footer{max-width:68rem;margin:0 auto;padding:0 1rem}header{padding-top:1.5rem}footer{padding-bottom:2rem;color:var(--quiet);font-size:.875rem}\n"
	"h1{font-size:1.6rem;line-height:1.2;margin:0 0 .5rem;overflow-wrap:anywhere}h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--line)}h3{font-size:1rem;margin:1.5rem 0 .5rem}\n"
	"nav{font-size:.9rem}nav a{margin-right:1rem;white-space:nowrap}a{color:var(--s0)}p{max-width:46rem;margin:.5rem 0 1rem}.quiet,figcaption,caption{color:var(--quiet);font-size:.875rem}\n"
	".notice{border-left:4px solid var(--s1);background:var(--panel);padding:.5rem .75rem;overflow-wrap:anywhere}\n"
	".key{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0}.key div{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .75rem}\n"
	".key dt{color:var(--quiet);font-size:.8rem}.key dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums}.key small{display:block;font-size:.8rem;color:var(--quiet)}\n"
	".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1rem 2rem}.plots>*{margin:0;min-width:0}figure{margin:0}svg{width:100%;height:auto;display:block;max-width:34rem}svg text{font-family:inherit}\n"
	".wide{overflow-x:auto;margin:.5rem 0 1rem}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}caption{text-align:left;padding-bottom:.4rem;position:sticky;left:0;max-width:min(46rem,calc(100vw - 2rem))}\n"
	"th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th{font-weight:600}th[scope=row],td.text,th.text{text-align:left}td.long{white-space:normal;overflow-wrap:anywhere;text-align:left;min-width:10rem}td.word{white-space:normal;text-align:left;min-width:10rem;max-width:24rem}\n"
	"table.heat{font-size:.8rem}table.heat th,table.heat td{padding:.2rem .35rem;border:1px solid var(--line)}table.heat th[scope=row]{position:sticky;left:0;background:var(--back)}\n"
	"td.w{background:rgba(var(--warm),var(--a))}td.c{background:rgba(var(--cold),var(--a))}td.hit{font-weight:700;outline:2px solid var(--fore);outline-offset:-2px}td small{display:block;opacity:.8}\n"
	"th.turn{vertical-align:bottom}th.turn span{writing-mode:vertical-rl;transform:rotate(180deg)}\n"
	".share{display:inline-block;height:.8rem;min-width:1px;width:calc(var(--w)*min(12rem,20vw));background:var(--s0);vertical-align:middle}\n"
	"pre{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.75rem;overflow-x:auto;font-size:.85rem;margin:.5rem 0 1rem}code,.code{font-family:ui-monospace,monospace;font-size:.85rem;overflow-wrap:anywhere}summary{cursor:pointer;margin:.5rem 0}\n"
	"@media(max-width:30rem){th,td{padding:.25rem .4rem}table.heat{font-size:.72rem}table.heat th,table.heat td{padding:.15rem .2rem}}\n"
	"@media print{details>*{display:block}nav{display:none}}\n"
	"</style>\n</head>\n<body>\n";

void gd_report_head(FILE *out, const char *title)
{
	fputs(head, out);
	gd_html_text(out, title);
	fputs(style, out);
}

void gd_report_foot(FILE *out, const char *command)
{
	fputs("</main>\n<footer><p>Made by genre-dist ", out);
	gd_html_format(out, "%s (commit %s)", gd_version, gd_commit);
	if (command && *command) {
		fputs(": <code>", out);
		gd_html_text(out, command);
		fputs("</code>", out);
	}
	fputs("</p></footer>\n</body>\n</html>\n", out);
}

void gd_report_plot(gd_report_page *page, const gd_plot *plot, const char *caption)
{
	if (!gd_plot_worthwhile(plot) || gd_failed(&page->plots))
		return;
	char *svg = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&svg, &length);
	page->plots = memory ? gd_plot_write(memory, plot) : gd_out_of_memory("a plot");
	if (memory && fclose(memory) && !gd_failed(&page->plots))
		page->plots = gd_out_of_memory("a plot");
	if (!gd_failed(&page->plots)) {
		page->plot_count++;
		fprintf(page->out, "<figure id=\"plot-%s\">%s<figcaption>", plot->id, svg);
		gd_html_text(page->out, caption);
		fputs("</figcaption></figure>\n", page->out);
	}
	free(svg);
}

void gd_report_plots_missing(const gd_report_page *page)
{
	if (!gd_failed(&page->plots))
		return;
	fputs("<p class=\"notice\" id=\"no-plots\">Some or all plots are missing: ", page->out);
	gd_html_text(page->out, page->plots.message);
	fputs(". The tables hold the same figures.</p>\n", page->out);
}

void gd_report_row(FILE *out, const char *name, const char *format, ...)
{
	char text[8192];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fputs("<tr><th scope=\"row\">", out);
	gd_html_text(out, name);
	fputs("</th><td class=\"long\">", out);
	gd_html_text(out, text);
	fputs("</td></tr>\n", out);
}

void gd_report_heat(FILE *out, double amount, const char *format, ...)
{
	char text[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fprintf(out, "<td class=\"%c\" style=\"--a:%.2f\">", amount < 0 ? 'c' : 'w', isfinite(amount) ? 0.75 * fabs(amount) : 0.0);
	gd_html_text(out, text);
	fputs("</td>", out);
}
