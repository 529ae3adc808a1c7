import type { Expr } from '@lockstitch/cel'

import { cerbosOperand } from './cerbos-operand.ts'
import { expressionOperand, type PlanOperand } from './operand.ts'

/** A part of a plan while it is put together: what is left of an expression, or some of them. */
export type Node =
  | { readonly kind: 'expr'; readonly expr: Expr }
  | { readonly kind: 'and' | 'or' | 'not'; readonly nodes: readonly Node[] }

const NOWHERE = { start: 0, end: 0 }

export function boolNode(value: boolean): Node {
  return { kind: 'expr', expr: boolExpr(value) }
}

export function boolExpr(value: boolean): Expr {
  return { kind: 'const', id: 1, span: NOWHERE, value: { kind: 'bool', value } }
}

/** The bool that a node is, if it is one. */
export function constantOf(node: Node | undefined): boolean | undefined {
  if (node?.kind !== 'expr' || node.expr.kind !== 'const') return undefined
  return node.expr.value.kind === 'bool' ? node.expr.value.value : undefined
}

/** The opposite. What is negated already is taken as it was. */
export function invert(node: Node): Node {
  const [only] = node.kind === 'not' ? node.nodes : []
  return only ?? { kind: 'not', nodes: [node] }
}

/** A node added to those that there are; of equal ones the last is left. */
export function add(
  kind: 'and' | 'or',
  present: Node | undefined,
  next: Node | undefined,
): Node | undefined {
  if (present === undefined || next === undefined) return present ?? next
  return isSame(present, next) ? next : { kind, nodes: [present, next] }
}

/** The node as a part of a plan that is not normalised yet. */
export function operandOf(node: Node): PlanOperand {
  return node.kind === 'expr'
    ? cerbosOperand(node.expr)
    : expressionOperand(node.kind, ...node.nodes.map(operandOf))
}

/** Whether nodes are equal in all but the places that expressions were written at. */
function isSame(a: Node, b: Node): boolean {
  if (a === b) return true
  if (a.kind === 'expr') return b.kind === 'expr' && isSameExpr(a.expr, b.expr)
  if (a.kind !== b.kind || a.nodes.length !== b.nodes.length) return false
  return a.nodes.every((node, index) => isSame(node, b.nodes[index] as Node)) // As many as of a.
}

function isSameExpr(a: Expr, b: Expr): boolean {
  if (a === b) return true
  // Most differ in what they call, which spares writing them down.
  if (a.kind === 'call' && b.kind === 'call' && a.function !== b.function) return false
  return a.kind === b.kind && exprIdentity(a) === exprIdentity(b)
}

const identities = new WeakMap<Expr, string>()

/** What is left of a condition is mostly known from other plans, and is not written down again. */
function exprIdentity(expr: Expr): string {
  let identity = identities.get(expr)
  if (identity === undefined) {
    identity = JSON.stringify(expr, (key, value: unknown) => {
      if (key === 'id' || key === 'span' || key === 'macro') return undefined
      return typeof value === 'bigint' ? `int ${value}` : value
    })
    identities.set(expr, identity)
  }
  return identity
}

/** The node as one expression, for derived roles. */
export function exprOf(node: Node): Expr {
  if (node.kind === 'expr') return node.expr
  const parts = node.nodes.map(exprOf)
  return node.kind === 'not'
    ? call('!_', parts)
    : chain(node.kind === 'and' ? '_&&_' : '_||_', parts)
}

/** An operator over any number of parts, the later ones deeper. */
export function chain(name: string, parts: readonly Expr[]): Expr {
  const [first, second, ...rest] = parts
  if (first === undefined) return boolExpr(name === '_&&_')
  if (second === undefined) return first
  return call(name, [first, rest.length === 0 ? second : chain(name, [second, ...rest])])
}

export function call(name: string, args: readonly Expr[]): Expr {
  return { kind: 'call', id: 0, span: NOWHERE, function: name, args }
}

export function list(elements: readonly Expr[]): Expr {
  return { kind: 'list', id: 0, span: NOWHERE, elements, optionalIndices: [] }
}

export function text(value: string): Expr {
  return { kind: 'const', id: 0, span: NOWHERE, value: { kind: 'string', value } }
}
