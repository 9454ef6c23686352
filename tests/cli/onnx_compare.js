// Runs an exported model by ONNX Runtime and compares it with what predict wrote:
//   node onnx_compare.js MODULES MODEL.onnx TABLE.csv PREDICTIONS.csv [PACKAGE]
// MODULES is a directory that holds PACKAGE, onnxruntime-node or onnxruntime-web. Prints a line; exit code 1 where a label differs or a probability by more
// than 1e-5, 77 where the package is not there. The table's dates are YYYY, YYYY-MM or YYYY-MM-DD, perhaps with a time HH:MM:SS; numbers are plain.
const fs = require('fs');
const path = require('path');
const [modules, model, table, predictions, wanted] = process.argv.slice(2);

function findPackage() {
	for (const name of wanted ? [wanted] : ['onnxruntime-node', 'onnxruntime-web']) {
		const place = path.resolve(modules, name);
		if (!fs.existsSync(place)) continue;
		try {
			return [name, JSON.parse(fs.readFileSync(path.join(place, 'package.json'))).version, require(place)];
		} catch (error) {
			console.error(`${name}: ${error.message}`);
		}
	}
	process.exit(77);
}

function readCsv(file) {
	const text = fs.readFileSync(file, 'utf8'), lines = [];
	let fields = [], field = '', quoted = false;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (quoted && c === '"' && text[i + 1] === '"') { field += '"'; i++; }
		else if (c === '"') quoted = !quoted;
		else if (!quoted && c === ',') { fields.push(field); field = ''; }
		else if (!quoted && c === '\n') { fields.push(field); lines.push(fields); fields = []; field = ''; }
		else if (c !== '\r' || quoted) field += c;
	}
	if (field || fields.length) { fields.push(field); lines.push(fields); }
	const header = lines.shift();
	return { header, rows: lines, column: name => { const at = header.indexOf(name); return at < 0 ? null : lines.map(line => line[at]); } };
}

const truths = { true: 1, yes: 1, on: 1, t: 1, y: 1, 1: 1, false: 0, no: 0, off: 0, f: 0, n: 0, 0: 0 };
function toNumber(text, truth) {
	if (truth) return text.toLowerCase() in truths ? truths[text.toLowerCase()] : NaN;
	return text.trim() === '' ? NaN : Number(text);
}

// What the model's doc_string asks of its caller.
function toDate(text, part) {
	const found = /^(?:(\d{4})(?:-(\d\d))?(?:-(\d\d))?)?[ T]?(?:(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
	if (!text || !found) return -1;
	const [, year, month, day, hour, minute, second] = found;
	if (part === 'year') return year === undefined ? -1 : Number(year);
	if (part === 'month') return Number(month || 0);
	if (part === 'day') return Number(day || 0);
	return hour === undefined ? -1 : 3600 * Number(hour) + 60 * Number(minute) + Number(second || 0);
}

function toNormal(text) {
	return /^[-+]?(0|[1-9]\d*|)(\.\d+)?$/.test(text) && text !== '' ? String(Number(text)) : text;
}

async function main() {
	const [name, version, ort] = findPackage();
	if (name === 'onnxruntime-web') ort.env.wasm.numThreads = 1;
	const session = await ort.InferenceSession.create(name === 'onnxruntime-web' ? fs.readFileSync(model) : model, { logSeverityLevel: 3 });
	const csv = readCsv(table), expected = readCsv(predictions), rows = csv.rows.length, feeds = {};
	const flags = (process.env.GD_FLAGS || '').split(',');
	for (const input of session.inputNames) {
		const date = /^(.*)_(year|month|day|seconds)$/.exec(input), text = /^(.*)_text$/.exec(input);
		const own = csv.column(input), shape = [rows, 1];
		if (own === null && date && csv.column(date[1]))
			feeds[input] = new ort.Tensor('int64', BigInt64Array.from(csv.column(date[1]).map(cell => BigInt(toDate(cell, date[2])))), shape);
		else if (own === null && text && csv.column(text[1]))
			feeds[input] = new ort.Tensor('string', csv.column(text[1]).map(toNormal), shape);
		else if (own === null)
			throw new Error(`the table has no column for the input '${input}'`);
		else if ((process.env.GD_TEXTS || '').split(',').includes(input))
			feeds[input] = new ort.Tensor('string', own.map(toNormal), shape);
		else
			feeds[input] = new ort.Tensor('float64', Float64Array.from(own.map(cell => toNumber(cell, flags.includes(input)))), shape);
	}
	const { label, probabilities } = await session.run(feeds);
	const classes = probabilities.dims[1], names = expected.column('predicted');
	let worst = 0, labels = 0, gaps = 0;
	for (let r = 0; r < rows; r++) {
		labels += label.data[r] !== names[r];
		gaps += names[r] === '';
		for (let c = 0; c < classes; c++) {
			const cell = expected.rows[r][2 + c], mine = probabilities.data[r * classes + c];
			const away = cell === '' ? (Number.isNaN(mine) ? 0 : Infinity) : Math.abs(Number(cell) - mine);
			worst = away > worst || Number.isNaN(away) ? away : worst;
		}
	}
	console.log(`${name} ${version}: ${rows} records, ${gaps ? `${gaps} empty, ` : ''}${labels} labels differ, probabilities by ${worst.toExponential(1)}`);
	process.exit(rows === expected.rows.length && labels === 0 && worst <= 1e-5 ? 0 : 1);
}
main().catch(error => { console.error(error.message); process.exit(1); });
