import { benchCheck } from './check.ts'

/** `npm run bench -- NAME`: each prints a figure a line and tells whether it reached its floor. */
const BENCHES: Readonly<Record<string, () => Promise<boolean>>> = {
  check: benchCheck,
}

const [name = ''] = process.argv.slice(2)
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
if (bench) {
  process.exitCode = (await bench()) ? 0 : 1
} else {
  const names = Object.keys(BENCHES).join(', ')
  process.stderr.write(`bench: expected a name, one of: ${names}; got \`${name}\`\n`)
  process.exitCode = 2
}
