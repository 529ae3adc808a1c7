import { jsonLog, loadConfig, startPdp } from '../../src/process.ts'

// A server as a process of its own: the configuration is its argument, its address the first line that it
// says. It ends when its input does, so that none outlives the tests.

process.stdin.on('end', () => process.exit()).resume()
const [, , text = ''] = process.argv
const log = jsonLog((line) => process.stderr.write(line), 'info')
const running = await startPdp(loadConfig({ file: 'lockstitch.yaml', text, env: {} }), log)
process.stdout.write(`${running.httpAddress}\n`)
