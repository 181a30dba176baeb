import { defineConfig } from 'vite';

const API = 'http://127.0.0.1:8000'; // where `make serve` listens; only `npm run dev` uses it

export default defineConfig({
  base: '/graphiql/', // where the server mounts dist/; the page itself is served at /graphql
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // files, not data: URLs, so that the content policy stays narrow
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 5000, // kB; the editor is one large chunk
    reportCompressedSize: false,
    rolldownOptions: {
      onLog(level, log, write) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') write(level, log); // "use client" means nothing here
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/graphql': { target: API, changeOrigin: true, ws: true, rewriteWsOrigin: true } },
  },
});
