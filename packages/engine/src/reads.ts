import type { Program } from '@lockstitch/cel'

/** Whether any of some expressions reads one of some variables. */
export function readsAny(
  expressions: readonly { readonly program: Program }[],
  variables: readonly string[],
): boolean {
  return expressions.some(({ program }) => readsRoot(program, variables))
}

/** Whether an expression reads one of some variables. */
export function readsRoot({ references }: Program, variables: readonly string[]): boolean {
  return references.some(([root = '']) => variables.includes(root))
}
