import { TOKEN } from '../folder.ts'
import {
  copyOf,
  descendantsOf,
  type Literal,
  listsOf,
  type MapNode,
  mapsOf,
  nodeOf,
  raw,
  removeKey,
  setKey,
  valueAt,
} from '../node.ts'
import { bodyOf, inFile, KINDS, type Mistake, mapsIn, rulesOf, some } from './mistake.ts'

// biome-ignore format: a table
const OTHER_TYPES: readonly Literal[] = [
  'text', '', raw('1'), raw('1.5'), raw('true'), raw('null'), raw('~'), raw('.inf'), raw('-.inf'), raw('.nan'), [], {}, ['a'], { a: 1 }, [{ a: 'b' }], raw(''), raw('2024-01-01'), raw('0x1F'), raw('1e3'), raw('18446744073709551616'),
]

// biome-ignore format: a table
const ODD_TEXTS: readonly string[] = [
  'a b', '*', 'a!b', 'a*', 'é', '-x', '.', 'a..b', 'a.', '[x]', 'x{', 'a?b', ' ', 'a/b', 'a:b', '1a', 'a'.repeat(60), 'a\tb', '..', 'a,b', '日本', '😀', '@a', 'a@b', 'a_b-c.d', '_a', '9', '$x',
]

// biome-ignore format: a table
const EFFECTS: readonly Literal[] = [
  'allow', 'EFFECT_allow', 'ALLOW', raw('0'), raw('3'), raw('7'), raw('-1'), raw('1.0'), raw('true'), raw('null'), 'EFFECT_UNSPECIFIED', 'EFFECT_NO_MATCH', '1', '', [], { a: 1 }, raw('EFFECT_MAYBE'), raw('0x1'), raw('99999999999'),
]

const PERMISSIONS: readonly Literal[] = [
  'OVERRIDE',
  'SCOPE_PERMISSIONS_OVERRIDE',
  raw('true'),
  raw(''),
  ['SCOPE_PERMISSIONS_OVERRIDE_PARENT'],
]

/** Values and fields that are not what they should be. */
export const FIELD_MISTAKES: readonly Mistake[] = [
  inFile('unknown field', (root, random) => {
    const map = some(messagesOf(root), random)
    if (map === undefined) return false
    const entry = some(map.entries, random)
    if (entry === undefined || random.chance(0.4)) {
      const key = random.pick([
        'foo',
        'notes',
        'allow',
        'x-y',
        '9',
        'Rules',
        'a.b',
        '',
        'true',
        '[a]',
      ])
      const at = random.below(map.entries.length + 1)
      map.entries.splice(at, 0, { key, value: nodeOf(random.pick(OTHER_TYPES)) })
    } else {
      entry.key = random.pick([
        `${entry.key}s`,
        entry.key.slice(0, -1) || 'x',
        entry.key.toUpperCase(),
        `_${entry.key}`,
        entry.key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      ])
    }
    return true
  }),
  inFile('key that is no name', (root, random) => {
    const map = some(
      mapsOf(root).filter(({ entries }) => entries.length > 0),
      random,
    )
    if (map === undefined) return false
    random.pick(map.entries).key = random.pick(['9', '1.5', '0x1F', '017', '1_000'])
    return true
  }),
  inFile('wrong type', (root, random) => {
    const visited = some(descendantsOf(root), random)
    visited?.replace(nodeOf(random.pick(OTHER_TYPES)))
    return visited !== undefined
  }),
  inFile('missing field', (root, random) => {
    const map = some(
      messagesOf(root).filter(({ entries }) => entries.length > 0),
      random,
    )
    map?.entries.splice(random.below(map.entries.length), 1)
    return map !== undefined
  }),
  inFile('empty value', (root, random) => {
    const visited = some(descendantsOf(root), random)
    const empty = { text: '', raw: raw(''), alias: '', list: [], map: {} }
    visited?.replace(nodeOf(empty[visited.node.kind]))
    return visited !== undefined
  }),
  inFile('null', (root, random) => {
    const visited = some(descendantsOf(root), random)
    visited?.replace(raw(random.pick(['', '~', 'null', 'Null'])))
    return visited !== undefined
  }),
  inFile('duplicate key', (root, random) => {
    const map = some(
      mapsOf(root).filter(({ entries }) => entries.length > 0),
      random,
    )
    if (map === undefined) return false
    const { key, value } = random.pick(map.entries)
    map.entries.splice(random.below(map.entries.length + 1), 0, { key, value: copyOf(value) })
    return true
  }),
  inFile('field in both spellings', (root, random) => {
    const candidates = messagesOf(root).flatMap((map) =>
      map.entries.filter((each) => /[A-Z]/.test(each.key)).map((entry) => ({ map, entry })),
    )
    const found = some(candidates, random)
    if (found === undefined) return false
    const { key, value } = found.entry
    const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    found.map.entries.push({ key: snake, value: copyOf(value) })
    return true
  }),
  inFile('odd text', (root, random) => {
    const visited = some(
      descendantsOf(root).filter(({ node }) => node.kind === 'text'),
      random,
    )
    visited?.replace(nodeOf(random.pick(ODD_TEXTS)))
    return visited !== undefined
  }),
  inFile('duplicate item', (root, random) => {
    const list = some(
      listsOf(root).filter(({ items }) => items.length > 0),
      random,
    )
    if (list === undefined) return false
    list.items.splice(random.below(list.items.length + 1), 0, copyOf(random.pick(list.items)))
    return true
  }),
  inFile('odd item', (root, random) => {
    const list = some(listsOf(root), random)
    const item = random.pick<Literal>(['', random.pick(OTHER_TYPES), random.pick(ODD_TEXTS)])
    list?.items.push(nodeOf(item))
    return list !== undefined
  }),
  inFile('effect', (root, random) => {
    const rule = some(
      rulesOf(root).filter((each) => valueAt(each, 'effect') !== undefined),
      random,
    )
    if (rule !== undefined) setKey(rule, 'effect', random.pick(EFFECTS))
    return rule !== undefined
  }),
  inFile('scope permissions', (root, random) => {
    const body = bodyOf(root, 'resourcePolicy', 'principalPolicy', 'rolePolicy')
    if (body === undefined) return false
    const isRole = bodyOf(root, 'rolePolicy') !== undefined
    const value =
      isRole && random.chance(0.7) ? raw(random.pick(['0', '1', '2'])) : random.pick(PERMISSIONS)
    setKey(body, 'scopePermissions', value)
    return true
  }),
  inFile('apiVersion', (root, random) => {
    setKey(
      root,
      'apiVersion',
      random.pick<Literal>([
        'api.cerbos.dev/v2',
        'v1',
        '',
        raw('1'),
        'api.cerbos.dev/V1',
        raw('~'),
      ]),
    )
    if (random.chance(0.2)) removeKey(root, 'apiVersion')
    return true
  }),
  inFile('no kind, or two', (root, random) => {
    const kind = KINDS.find((each) => valueAt(root, each) !== undefined)
    if (kind === undefined) return false
    if (random.chance(0.4)) removeKey(root, kind)
    else {
      const other = random.pick(KINDS.filter((each) => each !== kind))
      const value = random.pick<Literal>([{ name: 'x' }, {}, raw(''), ['a']])
      root.entries.splice(random.below(root.entries.length + 1), 0, {
        key: other,
        value: nodeOf(value),
      })
    }
    return true
  }),
  inFile('no match, or two', (root, random) => {
    const match = some(matchesOf(root), random)
    if (match === undefined) return false
    const choice = random.below(4)
    if (choice === 0) match.entries.splice(0)
    else if (choice === 1) match.entries.push({ key: 'expr', value: nodeOf('true') })
    else {
      const operator = random.pick(['all', 'any', 'none'])
      const value = random.pick<Literal>([{ of: [] }, {}, { of: [{}] }, { of: [{ expr: 'true' }] }])
      match.entries.push({ key: operator, value: nodeOf(value) })
      if (choice === 3) match.entries.splice(0, 1)
    }
    return true
  }),
  inFile('script', (root, random) => {
    const rule = some(rulesOf(root), random)
    if (rule === undefined) return false
    const script = random.pick<Literal>(['true', { a: 1 }, raw('')])
    const match = random.chance(0.3) ? { expr: 'true' } : undefined
    setKey(rule, 'condition', { ...(match && { match }), script })
    return true
  }),
  inFile('duplicate names', (root, random) => {
    const body = bodyOf(root)
    const rules = [...mapsIn(body, 'rules'), ...mapsIn(body, 'definitions')]
    const rule = some(rules, random)
    if (rule === undefined || body === undefined) return false
    const list = valueAt(body, rules.length > 0 && valueAt(body, 'rules') ? 'rules' : 'definitions')
    if (list?.kind !== 'list') return false
    const actions = valueAt(rule, 'actions')
    if (actions?.kind === 'list' && random.chance(0.5))
      actions.items.push(...actions.items.map(copyOf))
    else list.items.push(copyOf(rule))
    if (random.chance(0.6)) for (const each of rulesOf(root)) setKey(each, 'name', 'same')
    return true
  }),
  inFile('duplicate resource', (root, random) => {
    const rules = valueAt(bodyOf(root, 'principalPolicy'), 'rules')
    if (rules?.kind !== 'list' || rules.items.length === 0) return false
    rules.items.push(copyOf(random.pick(rules.items)))
    return true
  }),
  inFile('rule without roles', (root, random) => {
    const rule = some(mapsIn(bodyOf(root, 'resourcePolicy'), 'rules'), random)
    if (rule === undefined) return false
    removeKey(rule, 'roles')
    removeKey(rule, 'derivedRoles')
    if (random.chance(0.3)) setKey(rule, 'roles', [])
    return true
  }),
  inFile('variables above an export', (root, random) => {
    if (bodyOf(root, 'exportConstants', 'exportVariables') === undefined) return false
    setKey(root, 'variables', random.pick<Literal>([{ a: 'true' }, {}, { a: '1 +', b: 'true' }]))
    return true
  }),
  inFile('output', (root, random) => {
    const rule = some(rulesOf(root), random)
    if (rule === undefined || bodyOf(root, 'derivedRoles') !== undefined) return false
    const outputs: readonly Literal[] = [
      {},
      { when: {} },
      { expr: '' },
      { when: { ruleActivated: '' } },
      { when: { conditionNotMet: '', ruleActivated: 'P.id' }, expr: '1' },
      raw(''),
      { expr: '1', when: { ruleActivated: '2' } },
    ]
    setKey(rule, 'output', random.pick(outputs))
    return true
  }),
  inFile('number for text', (root, random) => {
    const body = bodyOf(root)
    const key = some(['name', 'version', 'resource', 'principal', 'role', 'scope'], random)
    if (body === undefined || key === undefined || valueAt(body, key) === undefined) return false
    // biome-ignore format: a table
    const numbers = ['017', '0x1F', '0b101', '1_000', '1.5', '1e3', '.inf', '1.', '0o17', '-1', '+1', '00', 'true', 'yes', '~', '2024-01-01', '09', '1__0']
    setKey(body, key, raw(random.pick(numbers)))
    return true
  }),
  inFile('metadata', (root, random) => {
    const values: readonly Literal[] = [
      { hash: 'x' },
      { hash: raw('-1') },
      { hash: raw('1.5') },
      { annotations: { a: raw('1.5') } },
      { annotations: { a: ['b'] } },
      { annotations: ['a'] },
      { sourceAttributes: { a: 1 } },
      { sourceAttributes: { attributes: { a: raw('.inf') } } },
      { sourceFile: raw('1.5') },
      { storeIdentifer: 'a', storeIdentifier: 'b' },
      { owner: 'x' },
      raw(''),
      ['a'],
      { hash: raw('18446744073709551616') },
      { hash: true },
    ]
    setKey(root, 'metadata', random.pick(values))
    return true
  }),
  inFile('disabled', (root, random) => {
    const values = ['true', 'false', 'True', 'yes', 'on', '1', '"true"', '~', '']
    setKey(root, 'disabled', raw(random.pick([...values, 'true', 'true', 'true'])))
    return true
  }),
  inFile('names that look alike', (root, random, folder) => {
    const body = bodyOf(root, 'resourcePolicy', 'principalPolicy', 'rolePolicy')
    const key = ['resource', 'principal', 'role'].find((each) => valueAt(body, each) !== undefined)
    if (body === undefined || key === undefined) return false
    const names = [
      `a:${TOKEN}`,
      `a_${TOKEN}`,
      `a/${TOKEN}`,
      `a@@${TOKEN}`,
      `a:1:${TOKEN}`,
      `a.${TOKEN}`,
    ]
    setKey(body, key, random.pick(names))
    const copy = copyOf(root)
    if (copy.kind !== 'map') return false
    const otherBody = bodyOf(copy)
    if (otherBody !== undefined) setKey(otherBody, key, random.pick(names))
    folder.files.push({ name: `alike${random.below(10)}`, root: copy })
    return true
  }),
]

/** Mappings with fields, which are not free data. */
function messagesOf(root: MapNode): MapNode[] {
  return mapsOf(root)
}

function matchesOf(root: MapNode): MapNode[] {
  const visited = descendantsOf(root).filter(({ field }) => /(^|\.)match$|\.of\[\]$/.test(field))
  return visited.flatMap(({ node }) => (node.kind === 'map' ? [node] : []))
}
