import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { themeCss } from './dev/theme-css.ts'

const server = process.env.TRACSEQ_URL ?? 'http://127.0.0.1:8089'
const forwarded = ['/api', '/openapi.json', '/livez', '/readyz']

export default defineConfig({
  plugins: [react(), themeCss()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: Object.fromEntries(forwarded.map((path) => [path, server])) },
  build: {
    target: 'es2022',
    // Inlined data: fonts and scripts would need a wider content security policy.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
  },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'] },
})
