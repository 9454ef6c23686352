/* What a report says of the columns' worth to the model. */
#include "gd/report/html.h"
#include "gd/report/report_page.h"

enum { MOST_COLUMNS = 30 };

void gd_report_importance(gd_report_page *page, const gd_report_run *run)
{
	FILE *out = page->out;
	const gd_importance *importance = &run->importance;
	int shown = importance->count < MOST_COLUMNS ? importance->count : MOST_COLUMNS;
	fputs("<h3>What each column is worth</h3>\n", out);
	if (run->no_importance) {
		fputs("<p class=\"notice\" id=\"no-importance\">It would take long on one process. For the figures: <code>mpirun -n N genre-dist evaluate ", out);
		gd_html_format(out, "%s/%s --data %s --part %s --importance", run->options->directory, run->scored_model, run->options->data ? run->options->data : gd_report_setting(run, "data"),
			gd_part_names[run->scored_part]);
		fputs("</code></p>\n", out);
		return;
	}
	double largest = importance->count && importance->columns[0].log_loss > 0 ? importance->columns[0].log_loss : 1;
	fprintf(out, "<div class=\"wide\"><table id=\"importance\"><caption>What the scores lose when a column's values are dealt out among the rows at random, the mean of %d times. About 0: the model "
		"does without the column.", GD_IMPORTANCE_ROUNDS);
	if (shown < importance->count)
		fprintf(out, " The first %d of %d columns.", shown, importance->count);
	fputs("</caption>\n<thead><tr><th class=\"text\">column</th><th>log-loss</th><th>accuracy</th></tr></thead>\n<tbody>\n", out);
	for (int i = 0; i < shown; i++) {
		const gd_column_importance *column = &importance->columns[i];
		double amount = column->log_loss / largest;
		fputs("<tr><th scope=\"row\">", out);
		gd_html_shorten(out, column->column, 40);
		fputs("</th>", out);
		gd_report_heat(out, amount < -1 ? -1 : amount, "%.4f", column->log_loss);
		fprintf(out, "<td>%.4f</td></tr>\n", column->accuracy);
	}
	fputs("</tbody></table></div>\n", out);
}
