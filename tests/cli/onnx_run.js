// A graph by onnxruntime-web or onnxruntime-node: node onnx_run.js PACKAGE MODEL.onnx <FEEDS.json >OUTPUTS.json
// FEEDS is {rows, readings: {NAME: {float64 | int64 | string: [a value a row]}}}, of which the graph takes what its inputs ask for; null is NaN, both ways.
// OUTPUTS is {runtime, missing: [inputs that have no reading], label: [a row], probabilities: [row after row]}. PACKAGE is a path.
const fs = require('fs');
const path = require('path');
const [place, model] = process.argv.slice(2);

const makers = {
	float64: values => Float64Array.from(values, value => value === null ? NaN : value),
	int64: values => BigInt64Array.from(values, BigInt),
	string: values => values,
};

async function main() {
	const { name, version } = JSON.parse(fs.readFileSync(path.join(place, 'package.json')));
	const ort = require(place), feeds = {}, missing = [];
	if (name === 'onnxruntime-web') ort.env.wasm.numThreads = 1;
	const session = await ort.InferenceSession.create(fs.readFileSync(model), { logSeverityLevel: 3 });
	const { rows, readings } = JSON.parse(fs.readFileSync(0, 'utf8'));
	for (const { name: input, type } of session.inputMetadata) {
		const values = (readings[input] || {})[type];
		if (values) feeds[input] = new ort.Tensor(type, makers[type](values), [rows, 1]);
		else missing.push(`${input} (${type})`);
	}
	const outputs = missing.length ? null : await session.run(feeds);
	const list = output => outputs ? Array.from(outputs[output].data) : [];
	fs.writeFileSync(1, JSON.stringify({ runtime: `${name} ${version}`, missing, label: list('label'), probabilities: list('probabilities') }));
}
main().catch(error => { console.error(error.message); process.exit(1); });
