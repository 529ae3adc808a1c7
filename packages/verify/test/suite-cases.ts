/** Files of a test directory by path, and what there is to say of them. */
export interface SuiteCase {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
}

export const POLICY = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  version: default
  resource: doc
  rules:
    - name: view
      actions: [view]
      effect: EFFECT_ALLOW
      roles: [user]
      output: {when: {ruleActivated: '{"a": 1, "b": [true, null], "i": int(5)}'}}
    - name: edit
      actions: [edit]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: "R.attr.x == P.attr.y"}}
      output: {when: {ruleActivated: "R.id", conditionNotMet: '"no"'}}
    - name: fail
      actions: [fail]
      effect: EFFECT_ALLOW
      roles: [user]
      output: {when: {ruleActivated: 1/0}}
    - name: later
      actions: [later]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: 'now() > timestamp("2024-01-01T00:00:00.000000001Z")'}}
    - name: broken
      actions: [broken]
      effect: EFFECT_DENY
      roles: [user]
      condition: {match: {expr: R.attr.missing == 1}}
    - name: broken-allow
      actions: [broken]
      effect: EFFECT_ALLOW
      roles: [user]
    - name: global
      actions: [global]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: 'G.env == "test" && request.auxData.jwt.level == 3.0'}}
    - name: nothing
      actions: [nothing]
      effect: EFFECT_ALLOW
      roles: [user]
      output: {when: {ruleActivated: "null"}}
`

const BASE = `name: S
principals:
  p: {id: p, roles: [user]}
resources:
  r: {kind: doc, id: r}
`
const TESTS = `tests:
  - name: t
    input: {principals: [p], resources: [r], actions: [view]}
    expected:
      - {principal: p, resource: r, actions: {view: EFFECT_ALLOW}}
`
const SUITE = BASE + TESTS

/** The suite with one text replaced by another. */
function changed(from: string, to: string): string {
  if (!SUITE.includes(from)) throw new Error(`the suite has no ${from}`)
  return SUITE.replace(from, to)
}

/** The suite with actions and what is expected of them. */
function actions(effects: Readonly<Record<string, string>>, rest = ''): string {
  const names = Object.keys(effects)
  const expected = names.map((name) => `${name}: EFFECT_${effects[name]}`).join(', ')
  return `${BASE}tests:
  - name: t
    input: {principals: [p], resources: [r], actions: [${names.join(', ')}]${rest.startsWith(',') ? rest : ''}}
    expected:
      - {principal: p, resource: r, actions: {${expected}}}
${rest.startsWith(',') ? '' : rest}`
}

function outputs(text: string, action = 'view'): string {
  return changed('actions: [view]', `actions: [${action}]`).replace(
    '{view: EFFECT_ALLOW}',
    `{${action}: EFFECT_ALLOW}, outputs: [${text}]`,
  )
}

const SRC = 'resource.doc.vdefault#'

/** A suite each, in a file of that name. */
const SUITES: Readonly<Record<string, string>> = {
  passes: SUITE,
  'expects a denial that is none': changed('EFFECT_ALLOW', 'EFFECT_DENY'),
  'a list': '- a\n',
  'a scalar': 'hello\n',
  'two documents': `${SUITE}---\n${SUITE}`,
  'unknown fields': `${SUITE}foo: 1\nbar: 2\noptions: {now: x, lenientScopeSearch: 3}\n`,
  'a bad time before an unknown field': `${SUITE}options: {now: x, lenientScopeSearch: 3}\nfoo: 1\n`,
  'no name': TESTS,
  'an empty name': changed('name: S', 'name: ""'),
  'a number for a name': changed('name: S', 'name: 12'),
  'no tests': BASE,
  'empty tests': `${BASE}tests: []\n`,
  'null tests': `tests:\n${BASE}`,
  'a mapping of tests': `${BASE}tests: {a: 1}\n`,
  'a test without a name': changed('- name: t', '- description: t'),
  'a test without input': changed(
    '    input: {principals: [p], resources: [r], actions: [view]}\n',
    '',
  ),
  'a test without expectations': SUITE.replace(/ {4}expected[\s\S]*$/, ''),
  'empty expectations': SUITE.replace(/ {4}expected[\s\S]*$/, '    expected: []\n'),
  'no principals': changed('principals: [p], ', ''),
  'no resources': changed('resources: [r], ', ''),
  'neither principals nor resources': changed('principals: [p], resources: [r], ', ''),
  'no actions': changed(', actions: [view]', ''),
  'empty actions': changed('actions: [view]', 'actions: []'),
  'the same action twice': changed('actions: [view]', 'actions: [view, view]'),
  'an action without a name': changed('actions: [view]', 'actions: [view, ""]'),
  'the same principal twice': changed('principals: [p]', 'principals: [p, p]'),
  'a principal without a name': changed('principals: [p]', 'principals: [""]'),
  'an expectation without actions': changed(', actions: {view: EFFECT_ALLOW}', ''),
  'an expectation with no actions': changed('{view: EFFECT_ALLOW}', '{}'),
  'an expectation of no action': changed('{view: EFFECT_ALLOW}', '{"": EFFECT_ALLOW}'),
  'an unknown effect': changed('EFFECT_ALLOW', 'ALLOW'),
  'an effect by number': changed('EFFECT_ALLOW', '1'),
  'effects that nobody can expect': changed(
    '{view: EFFECT_ALLOW}',
    '{view: EFFECT_UNSPECIFIED, view_it: EFFECT_NO_MATCH}',
  ),
  'an expectation for nobody': changed('{principal: p, ', '{'),
  'an expectation for an empty name': changed('{principal: p, ', '{principal: "", '),
  'an expectation for nobody and nothing': changed('principal: p, resource: r, ', ''),
  'principal and principals': changed('{principal: p, ', '{principal: p, principals: [p], '),
  'all four': changed('resource: r,', 'principals: [p], resource: r, resources: [r],'),
  'an output without an action': outputs('{expected: [{src: a, val: 1}]}'),
  'an output without expectations': outputs('{action: view}'),
  'an output with no expectations': outputs('{action: view, expected: []}'),
  'an output of an action that is not there': outputs('{action: zip, expected: [{src: a}]}'),
  'a principal without an id': changed('{id: p, roles: [user]}', '{roles: [user]}'),
  'a principal without roles': changed('{id: p, roles: [user]}', '{id: p}'),
  'a principal with no roles': changed('{id: p, roles: [user]}', '{id: p, roles: []}'),
  'a principal with a role twice': changed('[user]', '[a, a]'),
  'a version that is none': changed('roles: [user]', 'roles: [a], policyVersion: "a b"'),
  'a scope that is none': changed('roles: [user]', 'roles: [a], scope: "a b"'),
  'an attribute without a name': changed('roles: [user]', 'roles: [a], attr: {"": 1}'),
  'a principal that is null': changed('{id: p, roles: [user]}', ''),
  'a number that is none': changed('roles: [user]', 'roles: [a], attr: {a_b: {c_d: .nan}}'),
  'names that Cerbos writes in another case': changed('r: {kind: doc, id: r}', 'A_b-c d.e_F: {}'),
  'a time that is a number': `${SUITE}options: {now: 5}\n`,
  'a time that is a date': `${SUITE}options: {now: 2022-01-01}\n`,
  'a time without quotes': `${SUITE}options: {now: 2022-01-01T00:00:00Z}\n`,
  'a time in lower case': `${SUITE}options: {now: "2022-01-01t00:00:00z"}\n`,
  'a month that is none': `${SUITE}options: {now: "2022-13-01T00:00:00Z"}\n`,
  'a day that is none': `${SUITE}options: {now: "2022-02-29T00:00:00Z"}\n`,
  'an hour that is none': `${SUITE}options: {now: "2022-02-28T24:00:00Z"}\n`,
  'a second that is none': `${SUITE}options: {now: "2022-02-28T23:00:60Z"}\n`,
  'text behind the time': `${SUITE}options: {now: "2022-01-01T00:00:00Zx"}\n`,
  'no time zone': `${SUITE}options: {now: "2022-01-01T00:00:00"}\n`,
  'an odd time zone': `${SUITE}options: {now: "2022-01-01T00:00:00+1"}\n`,
  'an option of the wrong type': `${SUITE}options: {lenientScopeSearch: "yes"}\n`,
  'an unknown option': `${SUITE}options: {foo: 1}\n`,
  'a group of who is not there': `${SUITE}principalGroups: {g: {principals: [zz]}}\n`,
  'a group of nobody': `${SUITE}principalGroups: {g: {principals: []}}\n`,
  'a group with one twice': `${SUITE}principalGroups: {g: {principals: [p, p]}}\n`,
  'a group of what is not there': `${SUITE}resourceGroups: {g: {resources: [zz]}}\n`,
  'a group that is not there': changed('resources: [r], ', 'resourceGroups: [zz], '),
  'claims that are no mapping': `${SUITE}auxData: {a: {jwt: 5}}\n`,
  'an unknown sort of aux data': `${SUITE}auxData: {a: {foo: 5}}\n`,
  'a token without a name': `${SUITE}auxData: {a: {jwts: {"": {claims: {}}}}}\n`,
  'an expectation outside the input': changed('{principal: p,', '{principal: q,'),
  'a principal that is not there': changed('principals: [p], ', 'principals: [q], ').replace(
    'principal: p',
    'principal: q',
  ),
  'a key twice': `${SUITE}name: again\n`,
  'a text for skip': `${SUITE}skip: "true"\n`,
  'a schema for editors': `$schema: foo\n${SUITE}`,
  'many mistakes at once': `principals:
  zed: {roles: []}
  abe: {id: "", roles: [""]}
tests:
  - input: {principals: [p], actions: [""]}
    expected:
      - {actions: {z: EFFECT_UNSPECIFIED, a: EFFECT_UNSPECIFIED, "": EFFECT_UNSPECIFIED}}
  - name: ""
    input: {principals: [p], resources: [r], actions: [view]}
    expected: [{principal: p, resource: r, actions: {view: EFFECT_ALLOW}}]
name: s
`,
  'the same test three times': [SUITE, TESTS, TESTS]
    .map((text, at) => (at === 0 ? text : text.replace('tests:\n', '')))
    .join(''),
  'a suite that is skipped': `${SUITE}skip: true\nskipReason: later\n`,
  'a suite that is skipped, and wrong': `${changed('principals: [p], ', 'principals: [q], ')}skip: true\n`,
  'a test that is skipped': changed('name: t', 'name: t\n    skip: true'),
  'a test that is skipped for a reason': changed(
    'name: t',
    'name: t\n    skip: true\n    skip_reason: so',
  ),
  'a condition that reads the time, of which there is none': actions({
    view: 'ALLOW',
    later: 'ALLOW',
  }),
  'a condition that reads the time': `${actions({ later: 'ALLOW' })}options: {now: "2024-01-01T00:00:00.000000002Z"}\n`,
  'a nanosecond too early': `${actions({ later: 'ALLOW' })}options: {now: "2024-01-01T00:00:00.000000001Z"}\n`,
  'a time in another zone': `${actions({ later: 'ALLOW' })}options: {now: "2024-01-01T00:30:00+01:00"}\n`,
  'an error in a condition': actions({ broken: 'ALLOW' }),
  'an error in a condition, strictly': `${actions({ broken: 'DENY' })}options: {strictEvaluation: true}\n`,
  'globals and claims': `${actions({ global: 'ALLOW' }, ', auxData: a')}options: {globals: {env: test}}\nauxData: {a: {jwt: {level: 3}}}\n`,
  'options of a test replace those of the suite': `${actions({ global: 'ALLOW' }, ', auxData: a').replace('name: t', 'name: t\n    options: {defaultScope: ""}')}options: {globals: {env: test}}\nauxData: {a: {jwt: {level: 3}}}\n`,
  'another default version': `${SUITE}options: {defaultPolicyVersion: other}\n`,
  'another default scope': `${SUITE}options: {defaultScope: acme}\n`,
  'another default scope, leniently': `${SUITE}options: {defaultScope: acme, lenientScopeSearch: true}\n`,
  'an output as expected': outputs(
    `{action: view, expected: [{src: "${SRC}view", val: {i: 5, a: 1, b: [true, null]}}]}`,
  ),
  'an output that differs': outputs(`{action: view, expected: [{src: "${SRC}view", val: {a: 1}}]}`),
  'an output that fails': outputs(
    `{action: fail, expected: [{src: "${SRC}fail", val: null}]}`,
    'fail',
  ),
  'an output that is not there': outputs(`{action: view, expected: [{src: "${SRC}xx", val: 1}]}`),
  'no output expected': outputs(`{action: view, expected: [{src: "${SRC}view"}]}`),
  'null is not no output': outputs(
    `{action: nothing, expected: [{src: "${SRC}nothing"}]}`,
    'nothing',
  ),
  'null is null': outputs(
    `{action: nothing, expected: [{src: "${SRC}nothing", val: null}]}`,
    'nothing',
  ),
  'an output without a source': outputs('{action: view, expected: [{val: 1}]}'),
  'the last of two outputs counts': outputs(
    `{action: view, expected: [{src: "${SRC}view", val: 1}, {src: "${SRC}view", val: 2}]}`,
  ),
  'the last of two actions counts': outputs(
    `{action: view, expected: [{src: "${SRC}view", val: 1}]}, {action: view, expected: [{src: "${SRC}zz", val: 2}]}`,
  ),
  'expectations that disagree': `${SUITE}      - {principal: p, resource: r, actions: {view: EFFECT_DENY}}\n`,
  'outputs that disagree': outputs('{action: view, expected: [{src: a, val: 1}]}').replace(
    /( {6}- .*\n)$/,
    (line) => line + line.replace('val: 1', 'val: {}'),
  ),
}

const FIXTURES = { 'testdata/resources.yaml': 'resources:\n  r: {kind: doc, id: r}\n' }
const PRINCIPALS = 'principals:\n  p: {id: p, roles: [user]}\n'
const OUTSIDE = `name: S\n${TESTS}`

/** Suites that lie beside other files. */
const DIRECTORIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'fixtures of the directory': {
    'a_test.yaml': OUTSIDE,
    ...FIXTURES,
    'testdata/principals.yaml': PRINCIPALS,
  },
  'fixtures in JSON': {
    'a_test.yaml': OUTSIDE,
    ...FIXTURES,
    'testdata/principals.json': '{"principals": {"p": {"id": "p", "roles": ["user"]}}}',
  },
  'fixtures in capitals': {
    'a_test.yaml': OUTSIDE,
    ...FIXTURES,
    'testdata/principals.YAML': PRINCIPALS,
  },
  'fixtures further down': {
    'a_test.yaml': OUTSIDE,
    ...FIXTURES,
    'testdata/x/principals.yaml': PRINCIPALS,
  },
  'fixtures that are null': {
    'a_test.yaml': OUTSIDE,
    ...FIXTURES,
    'testdata/principals.yaml': 'principals:\n$schema: x\n',
  },
  'fixtures with a group of nobody': {
    'a_test.yaml': OUTSIDE,
    ...FIXTURES,
    'testdata/principals.yaml': `${PRINCIPALS}principalGroups: {g: {principals: [zz]}}\n`,
  },
  'two broken fixture files': {
    'a_test.yaml': OUTSIDE,
    'testdata/resources.yaml': 'foo: 1\n',
    'testdata/principals.yaml': 'bar: 1\n',
  },
  'broken fixtures that nobody needs': { 'a_test.yaml': SUITE, 'testdata/aux_data.yml': 'foo: 1' },
  'broken fixtures in a directory': {
    'sub/a_test.yaml': SUITE,
    'sub/testdata/resources.yaml': 'resources: {r: {id: r}}',
  },
  'a skipped suite with broken fixtures': {
    'a_test.yaml': `${SUITE}skip: true\n`,
    'testdata/principals.yaml': 'foo: 1',
  },
  'the first of the names of aux data counts': {
    'a_test.yaml': SUITE,
    'testdata/auxdata.yaml': 'auxData: {}\n',
    'testdata/auxData.yaml': 'bad: {}\n',
  },
  'a suite before its fixtures': {
    'a_test.yaml': SUITE.replace('[user]', '[nobody]'),
    'testdata/principals.yaml': PRINCIPALS,
  },
  'suites everywhere': {
    '_test.yaml': SUITE,
    '.hidden_test.yml': SUITE,
    '.x/a_test.json': '{"name": "J", "tests": []}',
    '_schemas/a_TEST.YAML': SUITE,
    'testdata/a_test.yaml': SUITE,
    'testdata/x/a_test.yaml': SUITE,
  },
  'no suites': {},
}

/** Everything that is put to both sides. */
export const SUITE_CASES: readonly SuiteCase[] = [
  ...Object.entries(SUITES).map(([name, text]) => ({ name, files: { 'a_test.yaml': text } })),
  ...Object.entries(DIRECTORIES).map(([name, files]) => ({ name, files })),
]
