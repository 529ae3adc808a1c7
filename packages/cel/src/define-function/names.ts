import { ALL_MACROS } from '../extension-macros.ts'
import { CEL_FUNCTIONS } from '../functions/cel-library.ts'
import { RESERVED } from '../parser.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Why a function cannot have a name, if it cannot. */
export function nameProblem(name: string, member: boolean, argCount: number): string | undefined {
  const parts = name.split('.')
  if (!parts.every((part) => NAME.test(part)) || (member && parts.length > 1)) {
    const expected = member ? 'a name such as `isHoliday`' : '`isHoliday` or `acme.isHoliday`'
    return `expected ${expected} of letters, digits and \`_\``
  }
  const reserved = parts.find((part) => RESERVED.has(part) || /^(?:in|true|false|null)$/.test(part))
  if (reserved !== undefined) return `\`${reserved}\` is a reserved word`
  if (member && argCount === 0)
    return 'a method has its target as its first argument, so at least one'
  return takenProblem(name, member, argCount)
}

function takenProblem(name: string, member: boolean, argCount: number): string | undefined {
  const written = member ? `method \`.${name}()\`` : `function \`${name}()\``
  const other = 'choose another name, such as one with a prefix of your own'
  if (CEL_FUNCTIONS.some((each) => each.name === name && each.member === member)) {
    return `CEL has a ${written} already; ${other}`
  }
  const shownArgs = member ? argCount - 1 : argCount
  const shown = member ? name : name.slice(name.lastIndexOf('.') + 1)
  const isMacro = ALL_MACROS.some(
    (macro) =>
      macro.name === shown &&
      macro.member === (member || name.includes('.')) &&
      (macro.argCount ?? shownArgs) === shownArgs,
  )
  return isMacro ? `CEL has a macro of that name and number of arguments; ${other}` : undefined
}
