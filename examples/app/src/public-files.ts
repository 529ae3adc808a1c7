import { readFileSync } from 'node:fs'
import type { Express } from 'express'

const types = {
  '/style.css': 'text/css; charset=utf-8',
  '/favicon.svg': 'image/svg+xml',
  '/passkey.js': 'text/javascript; charset=utf-8',
} as const

/** Serves some of the files in `public`. */
export function serveFiles(app: Express, paths: readonly (keyof typeof types)[]): void {
  for (const path of paths) {
    const content = readFileSync(new URL(`../public${path}`, import.meta.url))
    app.get(path, (_request, response) => {
      response.set({ 'content-type': types[path], 'cache-control': 'no-cache' }).send(content)
    })
  }
}
