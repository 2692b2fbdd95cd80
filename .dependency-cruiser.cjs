/** Which way the rooms of `src` look: each may import itself and what it lists. */
const floors = ['core', 'distributions', 'divergences', 'regularizers', 'objectives', 'nets', 'models'];
const below = (room) => floors.slice(0, floors.indexOf(room));
const rooms = {
  ...Object.fromEntries(floors.map((room) => [room, below(room)])),
  data: ['core'],
  evaluation: floors,
  training: [...floors, 'data', 'evaluation'],
  figures: [...floors, 'data', 'evaluation', 'training'],
  testing: [...floors, 'data', 'evaluation', 'training'],
  wasm: ['core'],
  node: [...floors, 'data', 'evaluation', 'training', 'wasm'],
  browser: [...floors, 'data', 'evaluation', 'training', 'wasm'],
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
      name: 'node-built-ins-in-node-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/node/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'backends-in-wasm-node-and-browser-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(wasm|node|browser)/' },
      to: { path: '(@tensorflow/tfjs-(backend|node)|node_modules/webgpu/)' },
    },
    {
      name: 'wasm-entry-imported-dynamically-only',
      comment:
        'its import has an effect: it belongs to whoever chose that backend; what starts threads has none',
      severity: 'error',
      from: { path: '^src/(node|browser)/' },
      to: { path: '^src/wasm/', pathNot: '^src/wasm/(stockBinary|workers)\\.ts$', dynamic: false },
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
