import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The binary embeds dist/ and serves it at /graphiql, the files with a hash in their name at /graphiql/assets/.
export default defineConfig({
  base: '/graphiql/',
  plugins: [react()],
  build: {
    chunkSizeWarningLimit: 4000,
    license: { fileName: 'assets/licences.md' },
    rolldownOptions: { onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning) },
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8080', ws: true } } },
});
