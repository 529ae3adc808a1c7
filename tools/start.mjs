// `npm start [-- OPTIONS]`: installs what is missing, builds, and starts the demo.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

await prepare({ build: true })
const demo = spawn(
  process.execPath,
  [join(root, 'examples/app/dist/demo.js'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
// Ctrl-C reaches the demo by itself, as it belongs to the same terminal; it stops, then we do.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => demo.kill(signal))
demo.on('error', (error) => {
  process.stderr.write(`The demo did not start: ${error.message}\n`)
  process.exitCode = 1
})
demo.on('exit', (code) => {
  process.exitCode = code ?? 1
})
