import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'

import { runCommand } from './command-line.ts'

async function script(shell: string): Promise<string> {
  const { code, stdout } = await runCommand(['completion', shell])
  expect(code).toBe(0)
  return stdout
}

describe.skipIf(spawnSync('bash', ['--version']).status !== 0)('in bash', () => {
  /** What bash offers after these words, the last of which is being typed. */
  async function offered(...words: readonly string[]): Promise<readonly string[]> {
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(lockstitch ${quoted}); COMP_CWORD=${words.length}; _lockstitch; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', `${await script('bash')}\n${ask}`],
      {
        encoding: 'utf8',
      },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout.split('\n').filter((line) => line !== '')
  }

  // biome-ignore format: table
  test.each([
    ['commands',                        ['com'],                          ['compile', 'completion']],
    ['options',                         ['compile', '--skip'],            ['--skip-tests', '--skip-batching']],
    ['values of an option',             ['compile', '--output', 'j'],     ['json']],
    ['values behind an equals sign',    ['compile', '--output', '=', 'l'], ['list']],
    ['values of a short option',        ['test', '-o', 'ju'],             ['junit']],
    ['an argument with choices',        ['completion', ''],               ['bash', 'zsh', 'fish']],
    ['files are left to the shell',     ['compile', ''],                  []],
    ['files for an option as well',     ['compile', '--tests', ''],       []],
  ] as const)('%s', async (_rule, words, wanted) => {
    expect(await offered(...words)).toEqual(wanted)
  })
})

// What these shells make of it is looked at where they are installed.
test.each(['zsh', 'fish'])('%s takes the script', async (shell) => {
  const text = await script(shell)
  for (const name of ['compile', 'test', 'explain', 'stytch']) expect(text).toContain(name)
  if (spawnSync(shell, ['--version']).status !== 0) return
  const { status, stderr } = spawnSync(shell, ['-n'], { input: text, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
