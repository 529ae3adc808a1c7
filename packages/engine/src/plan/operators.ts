/** The names that operators of CEL have in plans. Other functions keep theirs. */
// biome-ignore format: a table
const OPERATORS: Readonly<Record<string, string>> = {
  '_==_': 'eq', '_!=_': 'ne', '_<_': 'lt', '_<=_': 'le', '_>_': 'gt', '_>=_': 'ge', '@in': 'in',
  '_+_': 'add', '_-_': 'sub', '_*_': 'mult', '_/_': 'div', '_%_': 'mod',
  '_[_]': 'index', '_&&_': 'and', '_||_': 'or', '!_': 'not', '_?_:_': 'if',
}

/** What a function of CEL is called in plans. */
export function planOperator(name: string): string {
  return Object.hasOwn(OPERATORS, name) ? (OPERATORS[name] ?? name) : name
}

/** The function of CEL that an operator of a plan is. */
export function celFunction(operator: string): string {
  return FUNCTIONS.get(operator) ?? operator
}

const FUNCTIONS = new Map(Object.entries(OPERATORS).map(([name, operator]) => [operator, name]))
