import type { CallExpr, ComprehensionExpr, Expr } from '@lockstitch/cel'

/** What a comprehension does, told by its form as Cerbos tells it. */
export interface FoldParts {
  readonly operator: string
  /** The first body: the condition where there are two. */
  readonly body: Expr
  /** What becomes of the elements that fulfil the condition. */
  readonly transform: Expr | undefined
}

/** Reads the parts of a comprehension; `undefined` where it has none that plans know. */
export function foldParts(fold: ComprehensionExpr): FoldParts | undefined {
  const { loopStep: step, accuInit } = fold
  if (step.kind !== 'call') return undefined
  switch (step.function) {
    case '_&&_':
      return plain('all', step.args[1])
    case '_||_':
      return plain('exists', step.args[1])
    case '_+_':
      return plain(fold.iterVar2 === undefined ? 'map' : 'transformList', elementOf(step.args[1]))
    case 'cel.@mapInsert':
      return plain(mapOperator(step), step.args.at(-1))
    case '_?_:_':
      return conditional(step, accuInit)
    default:
      return undefined
  }
}

function plain(operator: string, body: Expr | undefined): FoldParts | undefined {
  return body && { operator, body, transform: undefined }
}

function mapOperator({ args }: CallExpr): string {
  return args.length === 3 ? 'transformMap' : 'transformMapEntry'
}

function conditional({ args }: CallExpr, accuInit: Expr): FoldParts | undefined {
  const [body, collect] = args
  if (body === undefined || collect?.kind !== 'call') return undefined
  if (accuInit.kind === 'const') return { operator: 'exists_one', body, transform: undefined }
  if (accuInit.kind === 'map') {
    return { operator: mapOperator(collect), body, transform: collect.args.at(-1) }
  }
  const transform = elementOf(collect.args[1])
  return transform && { operator: 'filter', body, transform }
}

function elementOf(list: Expr | undefined): Expr | undefined {
  return list?.kind === 'list' ? list.elements[0] : undefined
}
