// A page that trains in a worker.
new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
