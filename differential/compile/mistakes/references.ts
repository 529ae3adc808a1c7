import { TOKEN } from '../folder.ts'
import { copyOf, listsOf, mapOf, nodeOf, raw, removeKey, setKey, valueAt } from '../node.ts'
import { bodyOf, filesOf, inFile, type Mistake, mapsIn, some } from './mistake.ts'

const POLICIES = ['resourcePolicy', 'principalPolicy', 'rolePolicy'] as const

/** Files that do not fit together. */
export const REFERENCE_MISTAKES: readonly Mistake[] = [
  inFile('missing import', (root, random) => {
    const body = bodyOf(root, ...POLICIES, 'derivedRoles')
    if (body === undefined) return false
    const name = random.pick([`none_${TOKEN}`, `roles_${TOKEN}`, `vars_${TOKEN}`])
    const what = random.pick(['variables', 'constants', 'importDerivedRoles'])
    if (what === 'importDerivedRoles') {
      if (bodyOf(root, 'resourcePolicy') === undefined) return false
      const list = valueAt(body, what)
      if (list?.kind === 'list') list.items.push(nodeOf(name))
      else setKey(body, what, [name])
    } else setKey(body, what, { import: [name] })
    return true
  }),
  {
    name: 'file taken away',
    make(folder, random) {
      if (folder.files.length < 2) return false
      folder.files.splice(random.below(folder.files.length), 1)
      return true
    },
  },
  inFile('disabled file', (root) => {
    setKey(root, 'disabled', raw('true'))
    return true
  }),
  inFile('scope without ancestors', (root, random) => {
    const body = bodyOf(root, ...POLICIES)
    if (body === undefined) return false
    setKey(body, 'scope', random.pick([`${TOKEN}.x.y`, `${TOKEN}.z`, `${TOKEN}`, `${TOKEN}.b`]))
    return true
  }),
  inFile('odd scope', (root, random) => {
    const body = bodyOf(root, ...POLICIES)
    if (body === undefined) return false
    const scopes = [
      `.${TOKEN}`,
      `${TOKEN}.`,
      `${TOKEN}..a`,
      `${TOKEN}.a-`,
      `-${TOKEN}`,
      `${TOKEN}._a`,
    ]
    setKey(body, 'scope', random.pick([...scopes, `${TOKEN}.-a`, `${TOKEN} a`, `${TOKEN}.é`]))
    return true
  }),
  {
    name: 'duplicate definition',
    make(folder, random) {
      const file = random.pick(folder.files)
      const copy = copyOf(file.root)
      if (copy.kind !== 'map') return false
      const names = ['again', '0first', 'zlast', 'sub/again', 'resource0', 'sub']
      const name = random.pick(names.filter((each) => folder.files.every((f) => f.name !== each)))
      folder.files.push({ name, root: copy })
      if (random.chance(0.2)) {
        const third = copyOf(file.root)
        if (third.kind === 'map') folder.files.push({ name: 'third', root: third })
      }
      return true
    },
  },
  {
    name: 'scope permissions that differ',
    make(folder, random) {
      const scope = `${TOKEN}.p`
      const [template] = filesOf(folder, 'resourcePolicy', 'principalPolicy')
      if (template === undefined) return false
      const values = ['', 'OVERRIDE_PARENT', 'REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS', 'UNSPECIFIED']
      const count = 2 + random.below(3)
      for (const ancestor of ['', TOKEN]) addPolicies(ancestor, false)
      addPolicies(scope, true)
      return true

      function addPolicies(at: string, differ: boolean): void {
        for (let number = 0; number < count; number += 1) {
          const value = random.pick(values)
          const name = `perm${number}_${TOKEN}`
          const permissions = differ && value !== '' ? `SCOPE_PERMISSIONS_${value}` : undefined
          const isPrincipal = number === 1
          const kind = isPrincipal ? 'principalPolicy' : 'resourcePolicy'
          const root = mapOf({
            apiVersion: 'api.cerbos.dev/v1',
            [kind]: {
              [isPrincipal ? 'principal' : 'resource']: name,
              version: 'default',
              scope: at,
              scopePermissions: permissions,
            },
          })
          folder.files.push({ name: `perm${number}_${at.length}`, root })
        }
      }
    },
  },
  inFile('unknown derived role', (root, random) => {
    const rules = mapsIn(bodyOf(root, 'resourcePolicy'), 'rules')
    const rule = some(rules, random)
    if (rule === undefined) return false
    const list = valueAt(rule, 'derivedRoles')
    if (list?.kind === 'list') list.items.push(nodeOf(random.pick(['nobody', 'owner', 'ownerr0'])))
    else setKey(rule, 'derivedRoles', [random.pick(['nobody', 'owner0', 'member0'])])
    return true
  }),
  {
    name: 'ambiguous derived role',
    make(folder, random) {
      const set = some(folder.sets.derivedRoles, random)
      const policy = some(filesOf(folder, 'resourcePolicy'), random)
      const body = policy && bodyOf(policy.root, 'resourcePolicy')
      const role = set?.roles[0]
      if (set === undefined || body === undefined || role === undefined) return false
      const name = `twin_${TOKEN}`
      const definitions = [{ name: role, parentRoles: ['user'] }]
      const root = mapOf({ apiVersion: 'api.cerbos.dev/v1', derivedRoles: { name, definitions } })
      folder.files.push({ name: 'twin', root })
      setKey(body, 'importDerivedRoles', random.chance(0.5) ? [set.name, name] : [name, set.name])
      const rule = { actions: ['view'], effect: 'EFFECT_ALLOW', derivedRoles: [role] }
      const rules = valueAt(body, 'rules')
      if (rules?.kind === 'list') rules.items.push(nodeOf(rule))
      else setKey(body, 'rules', [rule])
      return true
    },
  },
  {
    name: 'schema',
    make(folder, random) {
      const policy = some(filesOf(folder, 'resourcePolicy'), random)
      const body = policy && bodyOf(policy.root, 'resourcePolicy')
      if (body === undefined) return false
      const name = `${TOKEN}_bad.json`
      if (random.chance(0.7)) folder.schemas.set(name, random.pick(BROKEN_SCHEMAS))
      // biome-ignore format: a table
      const references = [`cerbos:///${name}`, `cerbos:///${name}`, `cerbos:///${name}`, name, `cerbos:///sub/${name}`, 'cerbos:///', `file:///${name}`, 'cerbos://x/y.json', '', 'cerbos:///a b.json', `/${name}`, `cerbos:///${name}#/$defs/a`]
      const schema = { ref: random.pick(references) }
      const what = random.pick(['principalSchema', 'resourceSchema'])
      setKey(
        body,
        'schemas',
        random.chance(0.15)
          ? { principalSchema: schema, resourceSchema: schema }
          : { [what]: schema },
      )
      return true
    },
  },
  inFile('imports twice', (root, random) => {
    const list = some(
      listsOf(root).filter(({ items }) =>
        items.some((each) => each.kind === 'text' && each.text.includes(TOKEN)),
      ),
      random,
    )
    const item = list?.items[0]
    if (list === undefined || item === undefined) return false
    list.items.push(copyOf(item))
    return true
  }),
  inFile('scope and name left out', (root) => {
    const body = bodyOf(root, ...POLICIES)
    if (body === undefined) return false
    removeKey(body, 'version')
    return true
  }),
]

// biome-ignore format: a table
const BROKEN_SCHEMAS: readonly string[] = [
  '{', '', '[]', '{"type": "nothing"}', '{"type": 1}', '{"$ref": "cerbos:///none.json"}', '{"$ref": "#/$defs/none"}', '{"pattern": "["}', '{"properties": []}', '"text"', 'true', '{"type": "object"} x', 'type: object',
  '{"$schema": "https://example.com/none"}', '{"minLength": -1}', '{"$ref": "none.json"}', '{"required": "a"}', '{"type": "object", "type": "string"}', '{"enum": []}',
]
