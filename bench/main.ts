import { benchCel } from './cel.ts'
import { benchCheck } from './check.ts'
import { benchCompile } from './compile.ts'
import { benchEmulator } from './emulator.ts'
import { benchEngine } from './engine.ts'
import { benchPlan } from './plan.ts'
import { benchServer } from './server.ts'
import { benchStytch } from './stytch.ts'

type Outcome = boolean | 'cannot run'

/**
 * `npm run bench -- NAME`: each prints a figure a line and tells whether it reached its floor. Some
 * have parts that can be named behind it.
 */
const BENCHES: Readonly<Record<string, (parts: readonly string[]) => Outcome | Promise<Outcome>>> =
  {
    cel: benchCel,
    check: benchCheck,
    emulator: benchEmulator,
    engine: benchEngine,
    compile: benchCompile,
    plan: benchPlan,
    server: benchServer,
    stytch: benchStytch,
  }

const [name = '', ...parts] = process.argv.slice(2)
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
if (bench) {
  const outcome = await bench(parts)
  process.exitCode = outcome === 'cannot run' ? 2 : outcome ? 0 : 1
} else {
  const names = Object.keys(BENCHES).join(', ')
  process.stderr.write(`bench: expected a name, one of: ${names}; got \`${name}\`\n`)
  process.exitCode = 2
}
