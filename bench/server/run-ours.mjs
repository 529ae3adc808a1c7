// Runs our server as users do, from what is built: `node run-ours.mjs DIRECTORY`. Its first line says where.
import { jsonLog, loadConfig, startPdp } from '../../packages/server/dist/process.js'

const config = loadConfig({
  file: '.cerbos.yaml',
  set: [
    'server.httpListenAddr=127.0.0.1:0',
    'server.grpcListenAddr=127.0.0.1:0',
    'engine.lenientScopeSearch=true',
    'engine.strictEvaluation=true',
    `storage.disk.directory=${process.argv[2]}`,
  ],
  env: {},
})
const server = await startPdp(config, jsonLog((line) => process.stderr.write(line), 'error'))
process.stdout.write(`${JSON.stringify({ http: server.httpAddress, grpc: server.grpcAddress })}\n`)
process.stdin.resume().on('end', () => process.exit(0))
