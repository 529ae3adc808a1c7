// `npm run deploy:check`: does what the Dockerfile says in an empty folder, without Docker, and starts the
// result: the steps and the commands are tried, an image is not built. `npm run deploy:pack` makes
// what an image is built of.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { repositoryRoot } from './architecture.ts'
import { freePorts } from './free-ports.ts'

const deploy = join(repositoryRoot, 'deploy')
/** The command line, and what of this repository it does not have in its bundle. */
const PACKAGES = ['stytch-emulator', 'cli']

if (process.argv[2] === 'pack') pack(join(deploy, 'packages'))
else await check()

function pack(folder: string): void {
  run(repositoryRoot, 'npx', ['tsc', '-b', 'packages/cli'])
  // The repository lets npm run no scripts of packages.
  run(repositoryRoot, 'node', ['tools/bundle-cli.mjs'])
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of PACKAGES) {
    run(join(repositoryRoot, 'packages', name), 'npm', ['pack', '--pack-destination', folder])
  }
}

/** The Dockerfile's instructions, one a line. */
interface Instruction {
  readonly word: string
  readonly rest: string
}

async function check(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'lockstitch-image-'))
  const context = join(root, 'context')
  try {
    cpSync(deploy, context, { recursive: true })
    pack(join(context, 'packages'))
    const image = build(
      instructionsOf(readFileSync(join(deploy, 'Dockerfile'), 'utf8')),
      context,
      join(root, 'image'),
    )
    await start(image)
    process.stdout.write('deploy: ok (the steps were run; no image was built)\n')
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

interface Image {
  readonly root: string
  readonly env: Readonly<Record<string, string>>
  readonly command: readonly string[]
  readonly healthcheck: readonly string[]
}

/** Paths of the image lie in a folder, and so do those that its commands name. */
function build(instructions: readonly Instruction[], context: string, root: string): Image {
  const inside = (path: string): string => (path.startsWith('/') ? join(root, path) : path)
  const moved = (text: string): string =>
    text.replaceAll(/(?<=^|[\s=:])\/(?=opt|etc\/lockstitch|policies)/g, `${root}/`)
  let folder = root
  let env: Record<string, string> = { HOME: join(root, 'home') }
  const commands = new Map<string, readonly string[]>()
  for (const { word, rest } of instructions) {
    process.stdout.write(`${word} ${rest}\n`)
    switch (word) {
      case 'FROM':
      case 'USER':
      case 'EXPOSE':
      case 'STOPSIGNAL':
        break
      case 'WORKDIR':
        folder = inside(rest)
        mkdirSync(folder, { recursive: true })
        break
      case 'COPY': {
        const [from = '', to = ''] = rest.split(' ')
        const target = to.startsWith('/') ? inside(to) : join(folder, to)
        cpSync(join(context, from), target, { recursive: true })
        break
      }
      case 'ENV': {
        const at = rest.indexOf('=')
        env = { ...env, [rest.slice(0, at)]: moved(rest.slice(at + 1)) }
        break
      }
      case 'RUN':
        run(folder, 'sh', ['-ec', moved(rest)])
        break
      case 'ENTRYPOINT':
      case 'CMD':
        commands.set(word, JSON.parse(rest))
        break
      case 'HEALTHCHECK':
        commands.set(word, JSON.parse(rest.slice(rest.indexOf('['))))
        break
      default:
        throw new Error(`the Dockerfile has \`${word}\`, which is not tried`)
    }
  }
  const of = (word: string): readonly string[] => commands.get(word) ?? []
  return { root, env, command: [...of('ENTRYPOINT'), ...of('CMD')], healthcheck: of('HEALTHCHECK') }
}

/** Starts what has been built, on free ports and with policies of the examples, and asks how it is. */
async function start({ root, env, command, healthcheck }: Image): Promise<void> {
  cpSync(join(repositoryRoot, 'examples/app/policies'), join(root, 'policies'), { recursive: true })
  const [http, grpc] = await freePorts(2)
  const node = join(process.execPath, '..')
  const variables = {
    ...env,
    // Node is the one of this machine.
    PATH: `${env.PATH}:${node}`,
    LOCKSTITCH_POLICIES: join(root, 'policies'),
    LOCKSTITCH_DRAIN_DELAY: '0s',
  }
  const [program = '', ...args] = command
  const ports = `--set=server.httpListenAddr=127.0.0.1:${http},server.grpcListenAddr=127.0.0.1:${grpc}`
  const server = spawn(program, [...args, ports], { cwd: root, env: variables, stdio: 'inherit' })
  try {
    const [asked = '', ...words] = healthcheck.map((word) => word.replace('3593', String(grpc)))
    const until = Date.now() + 60_000
    for (;;) {
      const { status } = spawnSync(asked, words, { env: variables, stdio: 'ignore' })
      if (status === 0) break
      if (server.exitCode !== null || Date.now() > until)
        throw new Error('the server does not serve')
      await pause(500)
    }
    const response = await fetch(`http://127.0.0.1:${http}/api/server_info`)
    if (!response.ok) throw new Error(`it answers ${response.status}`)
  } finally {
    await stop(server)
  }
  if (server.exitCode !== 0)
    throw new Error(`it ended with ${server.exitCode ?? server.signalCode}`)
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  await ended
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n')
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf(' ')
      return { word: line.slice(0, at), rest: line.slice(at + 1).trim() }
    })
}

function run(folder: string, program: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return
  throw new Error(
    `${basename(program)} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`,
  )
}
