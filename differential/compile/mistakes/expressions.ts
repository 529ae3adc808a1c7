import type { Random } from '../../random.ts'
import { BAD_EXPRESSIONS } from '../expressions.ts'
import { TOKEN } from '../folder.ts'
import {
  descendantsOf,
  type MapNode,
  mapOf,
  type Node,
  nodeOf,
  setKey,
  type Visited,
  valueAt,
} from '../node.ts'
import { bodyOf, inFile, type Mistake } from './mistake.ts'

const POLICIES = ['resourcePolicy', 'principalPolicy', 'rolePolicy', 'derivedRoles'] as const

/** Expressions, variables and constants that are wrong. */
export const EXPRESSION_MISTAKES: readonly Mistake[] = [
  ...(['syntax', 'types', 'names'] as const).map((what) =>
    inFile(`expression: ${what}`, (root, random) =>
      replaceExpression(root, random, random.pick(BAD_EXPRESSIONS[what])),
    ),
  ),
  inFile('undefined variable', (root, random) =>
    replaceExpression(root, random, random.pick(UNDEFINED_VARIABLES)),
  ),
  inFile('undefined constant', (root, random) =>
    replaceExpression(root, random, random.pick(UNDEFINED_CONSTANTS)),
  ),
  inFile('cyclical variables', (root, random) => {
    const body = bodyOf(root, ...POLICIES)
    return body !== undefined && addLocal(body, 'variables', random.pick(CYCLES))
  }),
  inFile('variable defined twice', (root, random, { sets }) => {
    const body = bodyOf(root, ...POLICIES)
    if (body === undefined) return false
    if (sets.variables.length > 1 && random.chance(0.3)) {
      setKey(body, 'variables', { import: sets.variables.map(({ name }) => name) })
    }
    const names = sets.variables.flatMap((set) => set.names)
    const local = Object.fromEntries([...names, 'first'].map((name) => [name, 'true']))
    setKey(root, 'variables', mapOf(random.chance(0.7) ? { first: '1 == 1', top: 'true' } : {}))
    return addLocal(body, 'variables', local)
  }),
  inFile('constant defined twice', (root, random, { sets }) => {
    const body = bodyOf(root, ...POLICIES)
    const set = sets.constants.length > 0 ? random.pick(sets.constants) : undefined
    if (body === undefined || set === undefined) return false
    setKey(body, 'constants', {
      import: sets.constants.map(({ name }) => name),
      local: Object.fromEntries(set.names.map((name) => [name, 1])),
    })
    return true
  }),
  {
    name: 'sets that define the same',
    make(folder, random) {
      const file = folder.files.find(({ root }) => bodyOf(root, ...POLICIES) !== undefined)
      const body = file && bodyOf(file.root, ...POLICIES)
      if (body === undefined) return false
      const what = random.pick(['Variables', 'Constants'])
      const names = [`one_${TOKEN}`, `two_${TOKEN}`]
      for (const name of names) {
        const root = mapOf({
          apiVersion: 'api.cerbos.dev/v1',
          [`export${what}`]: { name, definitions: { shared: 'true', other: '1 == 1' } },
        })
        folder.files.push({ name: name.slice(0, 3), root })
      }
      setKey(body, what.toLowerCase(), { import: names })
      return true
    },
  },
  inFile('name of a variable', (root, random) => {
    const body = bodyOf(root, ...POLICIES, 'exportVariables')
    return body !== undefined && addDefinition(body, 'variables', random.pick(ODD_NAMES))
  }),
  inFile('name of a constant', (root, random) => {
    const body = bodyOf(root, ...POLICIES, 'exportConstants')
    return body !== undefined && addDefinition(body, 'constants', random.pick(ODD_NAMES))
  }),
  inFile('condition of a derived role', (root, random) => {
    const body = bodyOf(root, 'derivedRoles')
    const expression = random.pick([
      'runtime.effectiveDerivedRoles == []',
      'V.nope',
      'nope',
      '1 +',
      'C.nope',
      '"a" in runtime.effectiveDerivedRoles',
    ])
    return body !== undefined && replaceExpression(root, random, expression)
  }),
]

// biome-ignore format: a table
const ODD_NAMES: readonly string[] = ['9x', 'in', 'a-b', 'true', 'false', 'null', 'a b', 'é', 'a.b', '', '_', 'for', 'if', 'package', 'True', 'x😀']

// biome-ignore format: a table
const UNDEFINED_VARIABLES: readonly string[] = [
  'V.nope', 'variables.nope == 1', 'V.nope && V.nope2', 'V.nope || V.nope', 'has(V.nope)', 'V.firs', '[V.nope].size() > 0', 'V.nope.deep == 1', 'V.nope && nothing', '1 == V.nope1 || V.nope2 == C.nope3', 'V["nope"]', 'V.?nope.hasValue()', 'size(V) > 0', 'V == C', '[1].all(V, V == 1)', '"nope" in V', '{"a": V.nope}', 'V.in', '.V.nope',
]
// biome-ignore format: a table
const UNDEFINED_CONSTANTS: readonly string[] = [
  'C.nope', 'constants.nope == 1', 'C.nope && C.nope2', 'has(C.nope)', 'C.nope.deep == 1', 'R.attr.x == C.nope', 'C.?nope == optional.none()', 'cel.bind(C, 1, C == 1)', 'C.limi == 1',
]

const CYCLES: readonly Readonly<Record<string, string>>[] = [
  { loop: 'V.loop' },
  { a: 'V.b', b: 'V.a' },
  { a: 'V.b && V.c', b: 'V.c', c: 'V.a' },
  { a: 'V.b', b: 'V.a', c: 'V.d', d: 'V.c', e: 'V.a' },
  { a: 'has(V.a)', b: 'V.a' },
  { x: 'V.y', y: 'variables.z == 1', z: '[1].exists(i, i == V.x)' },
]

function replaceExpression(root: MapNode, random: Random, expression: string): boolean {
  const expressions = descendantsOf(root).filter(isExpression)
  if (expressions.length === 0) return false
  random.pick(expressions).replace(nodeOf(expression))
  return true
}

function isExpression({ node, field }: Visited): boolean {
  if (node.kind !== 'text') return false
  return /(\.expr|ruleActivated|conditionNotMet|variables\.local\.\w+|^variables\.\w+|exportVariables\.definitions\.\w+)$/.test(
    field,
  )
}

/** In an export among its definitions, elsewhere among the local ones. */
function addDefinition(body: MapNode, block: 'variables' | 'constants', name: string): boolean {
  const definitions = valueAt(body, 'definitions')
  return definitions?.kind === 'map'
    ? addEntry(definitions, name, 'true')
    : addLocal(body, block, { [name]: 'true' })
}

function addLocal(
  body: MapNode,
  block: 'variables' | 'constants',
  local: Readonly<Record<string, string>>,
): boolean {
  const existing = valueAt(body, block)
  if (existing?.kind !== 'map') {
    setKey(body, block, { local })
    return true
  }
  const map = valueAt(existing, 'local')
  if (map?.kind === 'map')
    for (const [name, value] of Object.entries(local)) setKey(map, name, value)
  else setKey(existing, 'local', local)
  return true
}

function addEntry(map: Node | undefined, name: string, value: string): boolean {
  if (map?.kind !== 'map') return false
  map.entries.push({ key: name, value: nodeOf(value) })
  return true
}
