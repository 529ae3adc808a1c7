import type { Expr } from './ast.ts'
import { type Locals, NO_LOCALS, rewrite } from './reduce/rewrite.ts'
import { pathOf } from './references.ts'

/**
 * Puts expressions in the place of paths, such as the definition of `V.owner` in the place of
 * `V.owner`. What `replacement` answers with is inlined in turn; a definition must not lead back to
 * itself. Variables of comprehensions are left alone and capture nothing.
 */
export function inlineVariables(
  expr: Expr,
  replacement: (path: readonly string[]) => Expr | undefined,
): Expr {
  let id = 0
  const nextId = (): number => {
    id += 1
    return id
  }
  // `around` are the variables around the place that a definition is put in.
  const inline = (part: Expr, locals: Locals, around: Locals): Expr | undefined => {
    if (part.kind === 'select' && part.testOnly) return undefined
    const path = pathOf(part)
    const [root = '', ...names] = path ?? []
    if (path === undefined || locals.has(root)) return undefined
    const found = replacement(root.startsWith('.') ? [root.slice(1), ...names] : path)
    if (found === undefined) return undefined
    const outer = new Set([...around, ...locals])
    const replace = (each: Expr, own: Locals): Expr | undefined =>
      inline(each, own, outer) ?? asGlobal(each, own, outer)
    return rewrite(found, replace, nextId)
  }
  return rewrite(expr, (part, locals) => inline(part, locals, NO_LOCALS), nextId)
}

/** A leading dot makes of a name what it is outside of comprehensions that have it as a variable. */
function asGlobal(part: Expr, own: Locals, around: Locals): Expr | undefined {
  const isCaptured = part.kind === 'ident' && around.has(part.name) && !own.has(part.name)
  return isCaptured ? { ...part, name: `.${part.name}` } : undefined
}
