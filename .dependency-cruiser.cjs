/** Which way the folders of `src` look: each may import itself and what it lists. */
const base = ['core', 'host', 'files'];
const maths = ['distributions', 'divergences', 'regularizers', 'bounds'];
const ofModels = [...base, ...maths, 'nets', 'models'];
const ofTraining = [...ofModels, 'data', 'evaluation', 'training'];
const above = (folder) => [...base, ...maths.slice(0, maths.indexOf(folder))];
const rooms = {
  ...Object.fromEntries(base.map((folder) => [folder, base])),
  ...Object.fromEntries(maths.map((folder) => [folder, above(folder)])),
  nets: [...base, ...maths],
  models: ofModels,
  data: base,
  evaluation: ofModels,
  training: ofTraining,
  figures: ofTraining,
  testing: ofTraining,
  portable: ofModels,
  onnx: [...ofModels, 'portable'],
  recorded: ofTraining,
  wasm: base,
  node: [...ofTraining, 'wasm', 'recorded'],
  browser: [...ofTraining, 'wasm'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room}-imports-${allowed.join('-') || 'nothing'}-only`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
    })),
    {
      name: 'every-file-has-its-room',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(index\\.ts$|(${Object.keys(rooms).join('|')})/)` },
      to: {},
    },
    {
      name: 'nothing-imports-testing',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing/' },
      to: { path: '^src/testing/' },
    },
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'node-built-ins-in-node-and-recorded-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(node|recorded)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'backends-in-wasm-node-and-browser-only',
      comment: 'host/cpu.ts is the one backend that Node and browsers load alike',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(wasm/|node/|browser/|host/cpu\\.ts$)' },
      to: { path: '(@tensorflow/tfjs-(backend|node)|node_modules/webgpu/)' },
    },
    {
      name: 'wasm-entry-imported-dynamically-only',
      comment:
        'its import has an effect: it belongs to whoever chose that backend; what starts threads has none',
      severity: 'error',
      from: { path: '^src/(node|browser)/' },
      to: {
        path: '^src/wasm/',
        pathNot: '^src/wasm/(stockBackend|stockBinary|workers)\\.ts$',
        dynamic: false,
      },
    },
    {
      name: 'recorded-entry-imported-dynamically-only',
      comment: 'it brings google-protobuf, which only native TensorFlow needs',
      severity: 'error',
      from: { path: '^src/node/' },
      to: { path: '^src/recorded/', dynamic: false },
    },
    {
      name: 'google-protobuf-in-onnx-and-recorded-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(onnx|recorded)/' },
      to: { path: 'google-protobuf' },
    },
    { name: 'imports-resolve', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
    {
      name: 'no-development-package-in-the-library',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
