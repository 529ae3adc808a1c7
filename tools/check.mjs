// `npm run check`: everything that must hold before a change lands. Every step runs even when an
// earlier one failed, so that one run shows all that is wrong; failed tests and the tally come once more, last.
import { spawnSync } from 'node:child_process'
import { prepare, root, tool } from './prepare.mjs'

const node = process.execPath
const steps = [
  ['format and lint', node, [tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  ['types', node, [tool('typescript/bin/tsc'), '-b']],
  ['typed lint', node, [tool('eslint/bin/eslint.js'), '.']],
  ['tests', node, ['tools/test.mjs']],
  ['dead code', node, [tool('knip/bin/knip.js')]],
  ['packages', 'npm', ['run', '--silent', 'pack:check']],
  ['deployment', 'npm', ['run', '--silent', 'deploy:check']],
]

await prepare()
let tally = ''
const failed = []
const problems = []
for (const [title, command, args] of steps) {
  const started = Date.now()
  process.stdout.write(`\n── ${title}\n`)
  const { status, stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 256 * 1024 * 1024,
  })
  process.stdout.write(stdout)
  tally = stdout.match(/^\d+ passed, \d+ failed, \d+ skipped$/m)?.[0] ?? tally
  problems.push(...(stdout.match(/^(failed|unsteady): .+$/gm) ?? []))
  if (status !== 0) failed.push(title)
  process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
}

if (failed.length > 0) {
  process.stdout.write(`\n${problems.join('\n')}\nsteps that failed: ${failed.join(', ')}\n`)
  process.exitCode = 1
}
process.stdout.write(`\n${tally}\n`)
