import type { Command } from 'commander'

import type { Shell } from '../commands/completion.ts'
import { type CommandOutline, type OptionOutline, outlineCommands } from './command-outline.ts'

// The libraries for this ask the program at each press of the key, and what they answer keeps the
// shell from completing files, which most of our arguments are.
const WRITERS: Readonly<Record<Shell, (commands: readonly CommandOutline[]) => string>> = {
  bash,
  zsh,
  fish,
}

/** The script with which a shell completes the commands of a program. */
export function completionScript(program: Command, shell: Shell): string {
  return WRITERS[shell](outlineCommands(program))
}

/** @see https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
function bash(commands: readonly CommandOutline[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap((option) => {
      if (!option.takesValue) return []
      const patterns = flagsOf(option).map((flag) => quoted(`${name} ${flag}`))
      const reply = option.choices.length === 0 ? '' : ` ${bashReply(option.choices)};`
      return [`    ${patterns.join('|')})${reply} return ;;`]
    }),
  )
  const words = commands.map(({ name, options, choices }) => {
    const flags = options.flatMap(flagsOf)
    const rest = choices.length === 0 ? '' : `; else ${bashReply(choices)}`
    return `    ${name}) if [[ $cur == -* ]]; then ${bashReply(flags)}${rest}; fi ;;`
  })
  return `# Completion of lockstitch for bash.
_lockstitch() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  # Bash takes the \`=\` of \`--output=json\` for a word.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    ${bashReply([...commands.map(({ name }) => name), '--help', '--version'])}
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${values.join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${words.join('\n')}
  esac
}
complete -o default -F _lockstitch lockstitch
`
}

function bashReply(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$cur"))`
}

/** @see https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
function zsh(commands: readonly CommandOutline[]): string {
  const described = commands.map(({ name, summary }) => quoted(`${name}:${summary}`))
  const cases = commands.map(({ name, options, choices }) => {
    const rest = choices.length === 0 ? '*:file:_files' : `1:value:(${choices.join(' ')})`
    const specs = [...options.map(zshOption), quoted(rest)]
    return `    ${name}) _arguments -s -S ${specs.join(' ')} ;;`
  })
  return `#compdef lockstitch
# Completion of lockstitch for zsh.
_lockstitch() {
  local -a commands
  commands=(${described.join(' ')})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _lockstitch ]]; then
  _lockstitch "$@"
else
  compdef _lockstitch lockstitch
fi
`
}

function zshOption({ short, long, description, takesValue, choices }: OptionOutline): string {
  const explained = `[${description.replace(/[[\]\\:]/g, '\\$&')}]`
  const value = choices.length === 0 ? ':value:_files' : `:value:(${choices.join(' ')})`
  const rest = quoted(explained + (takesValue ? value : ''))
  const equals = takesValue ? '=' : ''
  if (short === undefined) return `--${long}${equals}${rest}`
  return `'(-${short} --${long})'{-${short}${takesValue ? '+' : ''},--${long}${equals}}${rest}`
}

/** @see https://fishshell.com/docs/current/cmds/complete.html */
function fish(commands: readonly CommandOutline[]): string {
  const lines = commands.flatMap(({ name, summary, options, choices }) => {
    const within = `complete -c lockstitch -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`
    return [
      `complete -c lockstitch -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(summary)}`,
      ...(choices.length === 0 ? [] : [`${within} -f -a ${quoted(choices.join(' '))}`]),
      ...options.map(
        (option) => `${within}${fishOption(option)} -d ${fishQuoted(option.description)}`,
      ),
    ]
  })
  return `# Completion of lockstitch for fish.\n${lines.join('\n')}\n`
}

function fishOption({ short, long, takesValue, choices }: OptionOutline): string {
  const name = `${short === undefined ? '' : ` -s ${short}`} -l ${long}`
  if (!takesValue) return name
  return choices.length === 0 ? `${name} -r` : `${name} -x -a ${quoted(choices.join(' '))}`
}

function flagsOf({ short, long }: OptionOutline): readonly string[] {
  return short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
