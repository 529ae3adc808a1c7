import { expect, test } from 'vitest'

import { type CerbosFindings, cerbosFindings, compilePolicies } from '../src/index.ts'

const API = 'apiVersion: api.cerbos.dev/v1\n'
const policy = (resource: string, more = 'rules: []'): string =>
  `${API}resourcePolicy: {resource: ${resource}, version: default, ${more}}\n`
const disabled = `${API}disabled: true\n${policy('off').slice(API.length)}`

interface Case {
  readonly rule: string
  readonly files: Readonly<Record<string, string>>
  /** What `cerbos compile --output=json` 0.55.0 lists, a line each. */
  readonly wanted: readonly string[]
}

const cases: readonly Case[] = [
  {
    rule: 'one mistake of syntax hides all others of its file',
    files: { 'a.yaml': `${API}foo: 1\nfoo: 2\n`, 'b.yaml': `${API}bar: 1\n` },
    wanted: [
      'load a.yaml 3:1 parse-error mapping key "foo" already defined at [2:1]',
      'load b.yaml 2:1 parse-error unknown field "bar"',
    ],
  },
  {
    rule: 'the first value that does not fit hides what validation would find',
    files: { 'a.yaml': policy('""', 'rules: [{effect: X, roles: [a]}], scopePermissions: Y') },
    wanted: ['load a.yaml 2:67 parse-error invalid enum value "X"'],
  },
  {
    rule: 'what validation finds hides what only a look at the rules finds',
    files: { 'a.yaml': policy('""', 'rules: [{actions: [a], effect: EFFECT_ALLOW}]') },
    wanted: ['load a.yaml 2:18 validation-error resourcePolicy.resource: value is required'],
  },
  {
    rule: 'a file that does not load misses nothing',
    files: {
      'a.yaml': policy('a', 'importDerivedRoles: [none], rulez: []'),
      'b.yaml': policy('b', 'importDerivedRoles: [none], rules: []'),
    },
    wanted: [
      'load a.yaml 2:77 parse-error unknown field "rulez"',
      "import b.yaml 2:70 cannot find derived roles 'none' imported by policy resource.b.vdefault",
    ],
  },
  {
    rule: 'a mistake of syntax or a repeated key in any document hides that there are several',
    files: {
      'a.yaml': 'a: {b: ! && c}\n---\nd: e\n',
      'b.yaml': 'a: b\n---\nc: d\nc: e\n',
    },
    wanted: [
      'load a.yaml 1:10 parse-error unexpected `&&`',
      'load b.yaml 4:1 parse-error mapping key "c" already defined at [3:1]',
    ],
  },
  {
    rule: 'a value that is no scalar as expected stands behind its tag, and where its anchor is',
    files: {
      'a.yaml': policy('a', 'scopePermissions: !!int X'),
      'b.yaml': `${policy('b')}metadata: {annotations: {a: &b c}}\ndisabled: *b\n`,
      'c.yaml': policy('c', 'rules: !!map {a: b}'),
    },
    wanted: [
      'load a.yaml 2:72 parse-error invalid enum value "X"',
      'load b.yaml 3:32 parse-error expected boolean value got String',
      'load c.yaml 2:56 parse-error expected sequence got Mapping',
    ],
  },
  {
    rule: 'disabled policies are listed beside any mistake of the index',
    files: { 'a.yaml': policy('a'), 'b.yaml': policy('a'), 'off.yaml': disabled },
    wanted: [
      'duplicate b.yaml 1:11 resource.a.vdefault a.yaml',
      'disabled off.yaml 1:11 resource.off.vdefault',
    ],
  },
  {
    rule: 'disabled policies are no mistake of their own',
    files: { 'off.yaml': disabled },
    wanted: [],
  },
  {
    rule: 'a missing scope is listed once, with all that miss it',
    files: {
      'b.yaml': policy('a', 'scope: x.b, rules: []'),
      'c.yaml': policy('a', 'scope: x.c, rules: []'),
      'x.yaml': policy('a', 'scope: x, rules: []'),
    },
    wanted: [
      'scope resource.a.vdefault resource.a.vdefault/x,resource.a.vdefault/x.b,resource.a.vdefault/x.c',
    ],
  },
  {
    rule: 'what does not compile is told only where everything fits together',
    files: {
      'a.yaml': policy('a', 'rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [none]}]'),
      'b.yaml': policy('b'),
      'c.yaml': policy('b'),
    },
    wanted: ['duplicate c.yaml 1:11 resource.b.vdefault b.yaml'],
  },
  {
    rule: 'what does not compile',
    files: {
      'a.yaml': policy('a', 'rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [none]}]'),
    },
    wanted: [
      'compile a.yaml 2:109 unknown derived role: Derived role "none" is not defined in any imports',
    ],
  },
  {
    rule: 'nothing else is told of a policy whose derived roles are not found',
    files: {
      'a.yaml': policy(
        'a',
        'rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [none]}, {actions: [a], effect: EFFECT_ALLOW, roles: [b], condition: {match: {expr: V.zz}}}]',
      ),
      'b.yaml': policy(
        'b',
        'rules: [{actions: [a], effect: EFFECT_ALLOW, roles: [b], condition: {match: {expr: V.zz}}}]',
      ),
    },
    wanted: [
      'compile a.yaml 2:109 unknown derived role: Derived role "none" is not defined in any imports',
      "compile b.yaml 2:126 undefined variable: Undefined variable 'zz'",
    ],
  },
  {
    rule: 'of a literal that a function does not take the reason is left out',
    files: {
      'a.yaml': policy(
        'a',
        `variables: {local: {a: 'duration("1y")', b: 'timestamp("x")', c: '"a".matches("(")'}}, rules: []`,
      ),
    },
    wanted: [
      'compile a.yaml 2:72 invalid expression: Invalid expression `duration("1y")`: [invalid duration argument]',
      'compile a.yaml 2:93 invalid expression: Invalid expression `timestamp("x")`: [invalid timestamp argument]',
      'compile a.yaml 2:114 invalid expression: Invalid expression `"a".matches("(")`: [invalid matches argument]',
    ],
  },
  {
    rule: 'what is wrong with an imported definition is told once',
    files: {
      'a.yaml': policy('a', 'variables: {import: [flags]}, constants: {local: {x: 1}}, rules: []'),
      'b.yaml': policy('b', 'variables: {import: [flags]}, constants: {local: {y: 1}}, rules: []'),
      'flags.yaml': `${API}exportVariables: {name: flags, definitions: {z: C.nothing}}\n`,
    },
    wanted: [
      "compile flags.yaml 2:49 undefined constant: Undefined constant 'nothing' referenced in variable 'z'",
    ],
  },
  {
    rule: 'tabs in plain texts and keys are not there, and none may come before a key',
    files: {
      'a.yaml': `${API}export\tVariables: {name: a\tb, de\tfinitions: {}, sha\tpe: round}\n`,
      'b.yaml': `${API}exportVariables: {\tname: b, definitions: {}}\n`,
      'c.yaml': `${API}exportVariables: {\t"name": b, \t"shape": round}\n`,
    },
    wanted: [
      'load a.yaml 2:46 parse-error unknown field "shape"',
      'load b.yaml 2:20 parse-error a tab may not come before a key',
      'load c.yaml 2:30 parse-error unknown field "shape"',
    ],
  },
  {
    rule: 'a mistake in a value with an anchor is told for each use',
    files: {
      'a.yaml': policy('a', 'rules: [&r {actions: [], effect: EFFECT_ALLOW, roles: [user]}, *r]'),
    },
    wanted: [
      'load a.yaml 2:61 validation-error resourcePolicy.rules[0].actions: value is required',
      'load a.yaml 2:61 validation-error resourcePolicy.rules[1].actions: value is required',
    ],
  },
  {
    rule: 'an undefined constant of a variable that is used is told twice',
    files: {
      'a.yaml': policy(
        'a',
        'variables: {local: {a: C.x, b: V.a, c: C.y}}, rules: [{actions: [a], effect: EFFECT_ALLOW, roles: [user], condition: {match: {expr: V.b}}}]',
      ),
      'b.yaml': policy(
        'b',
        'variables: {import: [flags]}, rules: [{actions: [a], effect: EFFECT_ALLOW, roles: [user], condition: {match: {expr: V.z}}}]',
      ),
      'flags.yaml': `${API}exportVariables: {name: flags, definitions: {z: C.x}}\n`,
    },
    wanted: [
      "compile a.yaml 2:72 undefined constant: Undefined constant 'x' referenced in variable 'a'",
      "compile a.yaml 2:72 undefined constant: Undefined constant 'x'",
      "compile a.yaml 2:88 undefined constant: Undefined constant 'y' referenced in variable 'c'",
      "compile b.yaml undefined constant: Undefined constant 'x'",
      "compile flags.yaml 2:49 undefined constant: Undefined constant 'x' referenced in variable 'z'",
    ],
  },
  {
    rule: 'a repeated key before a mistake of syntax is what is told, an open quotation before it',
    files: {
      'a.yaml': 'a: {of: [{b: 1}], of: [2}\n',
      'b.yaml': 'a: 1\na: 2\nb: c: d\n',
      'c.yaml': 'a: 1\na: 2\nb: "x\n',
    },
    wanted: [
      'load a.yaml 1:19 parse-error mapping key "of" already defined at [1:5]',
      'load b.yaml 2:1 parse-error mapping key "a" already defined at [1:1]',
      'load c.yaml 3:4 parse-error this quotation does not end',
    ],
  },
  {
    rule: 'a mistake in an expression is told once where it stands, however often it is used',
    files: {
      'a.yaml': policy(
        'a',
        'rules: [&r {actions: [a], effect: EFFECT_ALLOW, roles: [u], condition: {match: {expr: V.x}}}, *r, {<<: *r}]',
      ),
    },
    wanted: ["compile a.yaml 2:129 undefined variable: Undefined variable 'x'"],
  },
  {
    rule: 'derived roles that do not compile hide what is wrong with what imports them',
    files: {
      'a.yaml': policy(
        'a',
        'importDerivedRoles: [r], rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [o], condition: {match: {expr: V.x}}}]',
      ),
      'r.yaml': `${API}derivedRoles: {name: r, variables: {import: [v]}, definitions: [{name: o, parentRoles: [u]}]}\n`,
      'v.yaml': `${API}exportVariables: {name: v, definitions: {a: V.q}}\n`,
    },
    wanted: [
      "compile v.yaml 2:45 undefined variable: Undefined variable 'q' referenced in variable 'a'",
    ],
  },
  {
    rule: 'derived roles that do not compile hide what their policy has instead of conditions',
    files: {
      'a.yaml': policy(
        'a',
        'importDerivedRoles: [r], rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [o], condition: {script: x}}]',
      ),
      'b.yaml': `${API}derivedRoles: {name: r, variables: {local: {v: "1 +"}}, definitions: [{name: o, parentRoles: [u]}]}\n`,
    },
    wanted: [
      'compile b.yaml 2:48 invalid expression: Invalid expression `1 +`: [expected an expression, got the end of the expression]',
    ],
  },
  {
    rule: 'and so do those that import what does not compile',
    files: {
      'a.yaml': policy(
        'a',
        'importDerivedRoles: [r], variables: {local: {v: R.none}}, rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [o]}]',
      ),
      'b.yaml': `${API}derivedRoles: {name: r, constants: {import: [c]}, definitions: [{name: o, parentRoles: [u]}]}\n`,
      'c.yaml': `${API}exportConstants: {name: c, definitions: {x-y: 1}}\n`,
    },
    wanted: ['compile c.yaml 2:42 invalid constant name: "x-y" is not a valid identifier'],
  },
  {
    rule: 'a derived role that is not found hides a schema that is not',
    files: {
      'a.yaml': policy(
        'a',
        'schemas: {resourceSchema: {ref: "cerbos:///a.json"}}, rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [o], condition: {match: {expr: V.x}}}]',
      ),
    },
    wanted: [
      'compile a.yaml 2:163 unknown derived role: Derived role "o" is not defined in any imports',
    ],
  },
  {
    rule: 'a mapping that begins with what it merges stands at the colon there, a value with a tag at the tag',
    files: {
      'a.yaml': `${API}resourcePolicy:\n  resource: a\n  version: default\n  rules:\n    - &m {actions: [a], effect: 1}\n    - <<: *m\n      effect: EFFECT_DENY\n`,
      'b.yaml': policy('b', 'rules: [], variables: {import: [!!str c]}'),
    },
    wanted: [
      'load a.yaml 6:7  rule #1 does not specify any roles or derived roles to match',
      'load a.yaml 7:9  rule #2 does not specify any roles or derived roles to match',
      "import b.yaml 2:81 cannot find variables 'c' imported by policy resource.b.vdefault",
    ],
  },
  {
    rule: 'a comment needs no space before it where no text can go on',
    files: {
      'a.yaml': 'a: "x"#c\nb: [#x\n 1]\nc: {#y\n d: 1, d: 2}\n',
      'b.yaml': 'a: [1]#c\nb: {a: 1}#c\nb: 1\n',
    },
    wanted: [
      'load a.yaml 5:8 parse-error mapping key "d" already defined at [5:2]',
      'load b.yaml 3:1 parse-error mapping key "b" already defined at [2:1]',
    ],
  },
  {
    rule: 'why a number is none is left out, and why there is no field to look for',
    files: {
      'a.yaml': policy(
        'a',
        "variables: {local: {a: 18446744073709551616, b: '1e999 > 1.0', c: 'has(P)'}}",
      ),
    },
    wanted: [
      'compile a.yaml 2:72 invalid expression: Invalid expression `18446744073709551616`: [invalid int literal]',
      'compile a.yaml 2:97 invalid expression: Invalid expression `1e999 > 1.0`: [invalid double literal]',
      'compile a.yaml 2:115 invalid expression: Invalid expression `has(P)`: [invalid argument to has() macro]',
    ],
  },
  {
    rule: 'the space behind a tag is no column, and a tab outside of quotes neither',
    files: {
      'a.yaml': 'a: {b: !!str c, d: "!x y", e: [!t 1], d: 2}\n',
      'b.yaml': 'a: {b: !!str  c, d: !!int 3, d: 2}\n',
      'd.yaml': 'a: {b: R.id != P.id, d: R.id !c, d: 2}\n',
      'c.yaml': `a:\n  b\ty:\t{a\tb: 1, a: 'it''s\t', ab: 3}\n`,
    },
    wanted: [
      'load a.yaml 1:37 parse-error mapping key "d" already defined at [1:16]',
      'load b.yaml 1:28 parse-error mapping key "d" already defined at [1:17]',
      'load c.yaml 2:27 parse-error mapping key "ab" already defined at [2:7]',
      'load d.yaml 1:34 parse-error mapping key "d" already defined at [1:22]',
    ],
  },
  {
    rule: 'what a constant leaves no use for is not looked at',
    files: {
      'a.yaml': policy(
        'a',
        `variables: {local: {a: 'true || V.x', b: '1 == 1 || V.x', c: 'V.x && "a" != "a"', d: '!true ? V.x : 2', e: 'R.attr.a || V.x || true', f: 'true && V.x', g: 'R.attr.a ? V.x : true', h: 'size("a") == 1 || V.x', i: '[1, 2].exists(n, n == 2) || V.x', j: 'now() == timestamp(0) || V.x', k: '1 / 0 == 1 || V.x'}}, rules: []`,
      ),
    },
    wanted: [
      "compile a.yaml 2:186 undefined variable: Undefined variable 'x' referenced in variable 'f'",
      "compile a.yaml 2:204 undefined variable: Undefined variable 'x' referenced in variable 'g'",
      "compile a.yaml 2:298 undefined variable: Undefined variable 'x' referenced in variable 'j'",
      "compile a.yaml 2:333 undefined variable: Undefined variable 'x' referenced in variable 'k'",
    ],
  },
  {
    rule: 'every definition of a variable compiles, and the last one is taken',
    files: {
      'a.yaml': `${API}exportVariables: {name: a, definitions: {x: R.y, z: V.none && C.none}}\n`,
      'b.yaml': policy('b', 'variables: {import: [a], local: {x: V.other, z: "true"}}'),
    },
    wanted: [
      "compile a.yaml 2:45 invalid expression: Invalid expression `R.y`: [undefined field 'y']",
      "compile b.yaml variable redefined: Variable 'x' has multiple definitions in import 'a' (a.yaml:2:45) and policy local variables (b.yaml:2:85)",
      "compile b.yaml 2:85 undefined variable: Undefined variable 'other' referenced in variable 'x'",
      "compile b.yaml variable redefined: Variable 'z' has multiple definitions in import 'a' (a.yaml:2:53) and policy local variables (b.yaml:2:97)",
    ],
  },
  {
    rule: 'a value that is left out stands behind the colon, or in the key where there is none',
    files: {
      'a.yaml': policy('a', 'variables: {local: {b : }}'),
      'b.yaml': policy('b', 'variables: {local: {first}}'),
    },
    wanted: [
      'compile a.yaml 2:72 invalid expression: Invalid expression ``: [expected an expression, got the end of the expression]',
      'compile b.yaml 2:70 invalid expression: Invalid expression ``: [expected an expression, got the end of the expression]',
    ],
  },
  {
    rule: 'what is exported is found by its sanitised name, and told by it',
    files: {
      'a.yaml': policy(
        'a',
        'variables: {import: [v-x, none-x]}, importDerivedRoles: [r_x], rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [o], condition: {match: {expr: V.one}}}]',
      ),
      'b.yaml': `${API}exportVariables: {name: v_x, definitions: {one: "true"}}\n`,
      'c.yaml': `${API}derivedRoles: {name: r-x, definitions: [{name: o, parentRoles: [u]}]}\n`,
      'd.yaml': `${API}exportVariables: {name: v-x, definitions: {two: "true"}}\n`,
    },
    wanted: [
      'duplicate d.yaml 1:11 export_variables.v_x b.yaml',
      "import a.yaml 2:75 cannot find variables 'none_x' imported by policy resource.a.vdefault",
    ],
  },
  {
    rule: 'and then it is used',
    files: {
      'a.yaml': policy(
        'a',
        'variables: {import: [v-x]}, constants: {import: [c-x]}, importDerivedRoles: [r_x], rules: [{actions: [a], effect: EFFECT_ALLOW, derivedRoles: [o], condition: {match: {expr: V.one && C.two}}}]',
      ),
      'b.yaml': `${API}exportVariables: {name: v_x, definitions: {one: "true"}}\n`,
      'c.yaml': `${API}derivedRoles: {name: r-x, definitions: [{name: o, parentRoles: [u]}]}\n`,
      'd.yaml': `${API}exportConstants: {name: c_x, definitions: {two: true}}\n`,
    },
    wanted: [],
  },
  {
    rule: 'a schema is read from its beginning, whatever of it is asked for',
    files: {
      'a.yaml': policy('a', 'schemas: {resourceSchema: {ref: "cerbos:///a.json#/$defs/a"}}'),
      '_schemas/a.json': '{"$ref": "#/$defs/none"}',
    },
    wanted: [
      'compile a.yaml 2:76 invalid schema: Failed to load resource schema "cerbos:///a.json#/$defs/a": jsonschema cerbos:///a.json#/$defs/a compilation failed: cerbos:///a.json#/$defs/none not found',
    ],
  },
  {
    rule: 'a schema by a reference that Go would write otherwise',
    files: {
      'a.yaml': policy('a', 'schemas: {resourceSchema: {ref: "cerbos:///a b.json"}}'),
      'b.yaml': policy('b', 'schemas: {resourceSchema: {ref: "cerbos:///a%20b.json"}}'),
      'c.yaml': policy('c', 'schemas: {resourceSchema: {ref: "a{ b"}}'),
    },
    wanted: [
      `compile a.yaml 2:76 invalid schema: Failed to load resource schema "cerbos:///a b.json": schema _schemas/a b.json referenced by cerbos:///a b.json doesn't exist`,
      `compile b.yaml 2:76 invalid schema: Failed to load resource schema "cerbos:///a%20b.json": schema _schemas/a b.json doesn't exist`,
      `compile c.yaml 2:76 invalid schema: Failed to load resource schema "a{ b": schema a{ b doesn't exist`,
    ],
  },
  {
    rule: 'a merged field gives way to the same one in another spelling',
    files: {
      'a.yaml': `${API}derivedRoles:\n  name: a\n  definitions:\n    - &m {name: a, parentRoles: [x]}\n    - {<<: *m, name: b, parent_roles: [y]}\n`,
    },
    wanted: [],
  },
  {
    rule: 'a schema that is not found hides what else is wrong with its policy',
    files: {
      'a.yaml': policy(
        'a',
        'schemas: {resourceSchema: {ref: "cerbos:///none.json"}}, variables: {local: {b: "1 +"}}',
      ),
    },
    wanted: [
      `compile a.yaml 2:76 invalid schema: Failed to load resource schema "cerbos:///none.json": schema _schemas/none.json doesn't exist`,
    ],
  },
  {
    rule: 'a whole document has no label',
    files: { 'a.yaml': `&a\n${policy('a')}`, 'b.yaml': `# b\n--- !!map\n${policy('b')}` },
    wanted: [
      'load a.yaml 1:1 parse-error invalid document: contents are not valid YAML or JSON',
      'load b.yaml 2:5 parse-error invalid document: contents are not valid YAML or JSON',
    ],
  },
  {
    rule: 'a label alone is no document',
    files: { 'a.yaml': '&a\n', 'b.yaml': '!t\n' },
    wanted: [
      'load a.yaml 1:1 parse-error expected a value after the anchor',
      'load b.yaml 1:1 parse-error invalid document: contents are not valid YAML or JSON',
    ],
  },
  {
    rule: 'a key that is there twice is told before a second document',
    files: { 'a.yaml': 'a: 1\na: 2\n---\nb: 1\n', 'b.yaml': 'a: *x\n---\nb: 1\n' },
    wanted: [
      'load a.yaml 2:1 parse-error mapping key "a" already defined at [1:1]',
      'load b.yaml  more than one YAML document detected',
    ],
  },
  {
    rule: 'an empty role is no name',
    files: { 'a.yaml': `${API}rolePolicy: {role: , scope: x}\n` },
    wanted: [
      'load a.yaml 2:14 validation-error rolePolicy.role: does not match regex pattern `^[^!*?\\[\\]{}]+$`',
    ],
  },
  {
    rule: 'columns count characters',
    files: { 'a.yaml': `${API}exportVariables: {name: a, x: '😀', y: '\u{10ffff}', x: 1}\n` },
    wanted: ['load a.yaml 2:44 parse-error mapping key "x" already defined at [2:28]'],
  },
  {
    rule: 'keys that are there twice are told before directives, anchors and byte order marks',
    files: {
      'a.yaml': '%YAML 1.2\n---\na: 1\na: 2\n',
      'b.yaml': 'a: *x\nb: 1\nb: 2\n',
      'c.yaml': '\uFEFFa: 1\nb: 1\nb: 2\n',
    },
    wanted: [
      'load a.yaml 4:1 parse-error mapping key "a" already defined at [3:1]',
      'load b.yaml 3:1 parse-error mapping key "b" already defined at [2:1]',
      'load c.yaml 3:1 parse-error mapping key "b" already defined at [2:1]',
    ],
  },
  {
    rule: 'items that are there twice are told once a list',
    files: {
      'a.yaml': policy(
        'a',
        'rules: [{actions: [a, b, a, b], effect: EFFECT_ALLOW, roles: [r, r]}]',
      ),
    },
    wanted: [
      'load a.yaml 2:58 validation-error resourcePolicy.rules[0].actions: repeated value must contain unique items',
      'load a.yaml 2:103 validation-error resourcePolicy.rules[0].roles: repeated value must contain unique items',
    ],
  },
  {
    rule: 'and so is what is empty there',
    files: {
      'a.yaml': policy('a', 'rules: [{actions: [a], effect: EFFECT_ALLOW, roles: ["", null]}]'),
    },
    wanted: [
      'load a.yaml 2:102 validation-error resourcePolicy.rules[0].roles[0]: must be at least 1 characters',
      'load a.yaml 2:94 validation-error resourcePolicy.rules[0].roles: repeated value must contain unique items',
      'load a.yaml 2:106 validation-error resourcePolicy.rules[0].roles[1]: must be at least 1 characters',
    ],
  },
  {
    rule: 'a byte order mark is a part of the first key, with its quotes',
    files: { 'a.yaml': '\uFEFF"apiVersion": api.cerbos.dev/v1\n' },
    wanted: [String.raw`load a.yaml 1:1 parse-error unknown field "\ufeff\"apiVersion\""`],
  },
  {
    rule: 'and of every key that it stands before',
    files: { 'a.yaml': '\uFEFFapiVersion: a\n\uFEFFapiVersion: a\n' },
    wanted: [
      String.raw`load a.yaml 2:1 parse-error mapping key "\ufeffapiVersion" already defined at [1:1]`,
    ],
  },
  {
    rule: 'and no YAML where it is none, nor one document where there are two',
    files: {
      'a.yaml': '\uFEFFapiVersion: api.cerbos.dev/v1\na: [\n',
      'b.yaml': '\uFEFF# b\na: 1\n',
      'c.yaml': '\uFEFFa: 1\n---\n\uFEFFa: 1\n',
    },
    wanted: [
      'load a.yaml 3:1 parse-error flow sequence in block collection must be sufficiently indented and end with a ]',
      'load b.yaml 1:1 parse-error implicit keys need to be on a single line',
      'load c.yaml  more than one YAML document detected',
    ],
  },
  {
    rule: 'the end of a document that is not there is none',
    files: { 'a.yaml': '\n...\n', 'b.yaml': '# nothing\n...\n' },
    wanted: ['load a.yaml 1:1 parse-error invalid document: contents are not valid YAML or JSON'],
  },
  {
    rule: 'a directive needs a document',
    files: { 'a.yaml': '%YAML 1.2\n' },
    wanted: ['load a.yaml 1:1 parse-error expected a document after the directive'],
  },
  {
    rule: 'a key without a colon is told with the path of its mapping',
    files: { 'a.yaml': `${API}metadata: {sourceFile x.yaml}\n`, 'b.yaml': policy('b', 'rules') },
    wanted: [
      'load a.yaml 2:12 parse-error unknown field "sourceFile x.yaml"',
      'load b.yaml 2:50 parse-error expected sequence got Null',
    ],
  },
  {
    rule: 'a number that no JSON has is told with the path of its own',
    files: { 'a.yaml': `${API}exportConstants: {name: a, definitions: {c: {d: [1, .nan]}}}\n` },
    wanted: ['load a.yaml 2:53 parse-error unexpected Nan'],
  },
  {
    rule: 'the scope `.` is one of its own',
    files: {
      'a.yaml': policy('a'),
      'b.yaml': policy('a', 'scope: .'),
      'c.yaml': policy('c', 'scope: .'),
    },
    wanted: ['scope resource.c.vdefault resource.c.vdefault/.'],
  },
  {
    rule: 'a role policy stands in for the root by the name as it is written',
    files: {
      'a.yaml': policy('my-doc', 'scope: x, rules: []'),
      'b.yaml': policy('my-file', 'scope: x, rules: []'),
      'role.yaml': `${API}rolePolicy: {role: r, version: default, rules: [{resource: my-d*, allowActions: [a]}, {resource: my_f*, allowActions: [a]}]}\n`,
    },
    wanted: ['scope resource.my_file.vdefault resource.my_file.vdefault/x'],
  },
]

test.each(cases)('$rule', ({ files, wanted }) => {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }))
  const compiled = compilePolicies(sources, { compat: 'cerbos' })
  expect(linesOf(cerbosFindings(compiled))).toEqual(wanted)
})

test('an error that Cerbos does not have keeps our words', () => {
  const rules =
    '[{actions: [a], roles: [a], effect: EFFECT_ALLOW, name: rule-002}, {actions: [b], roles: [b], effect: EFFECT_ALLOW}]'
  const path = 'a.yaml'
  const compiled = compilePolicies([{ path, text: policy('a', `rules: ${rules}`) }])
  expect(compiled.policySet).toBeUndefined()
  const [only, ...others] = cerbosFindings(compiled).compileErrors
  expect(others).toEqual([])
  expect(only?.error).toBe('rule name collision')
})

function linesOf(found: CerbosFindings): readonly string[] {
  const at = (position?: { line: number; column: number }): string =>
    position ? ` ${position.line}:${position.column}` : ''
  return [
    ...found.loadFailures.map(
      (each) => `load ${each.file}${at(each.position)} ${each.kind ?? ''} ${each.message}`,
    ),
    ...found.duplicateDefinitions.map(
      (each) => `duplicate ${each.file}${at(each.position)} ${each.policy} ${each.otherFile}`,
    ),
    ...found.disabledDefinitions.map(
      (each) => `disabled ${each.file}${at(each.position)} ${each.policy}`,
    ),
    ...found.missingImports.map(
      (each) => `import ${each.importingFile}${at(each.position)} ${each.desc}`,
    ),
    ...found.missingScopes.map(
      (each) => `scope ${each.missingPolicy} ${each.descendants.join(',')}`,
    ),
    ...found.compileErrors.map(
      (each) => `compile ${each.file}${at(each.position)} ${each.error}: ${each.description ?? ''}`,
    ),
  ]
}

test.each([
  ['metadata: {sourceFile x.yaml}\n', '$.metadata'],
  ['resourcePolicy: {resource: a, rules}\n', '$.resourcePolicy'],
  [
    'exportConstants: {name: a, definitions: {c: {d: [1, .nan]}}}\n',
    '$.exportConstants.definitions.c.d[1]',
  ],
])('the path of %j', (text, path) => {
  const compiled = compilePolicies([{ path: 'a.yaml', text: API + text }], { compat: 'cerbos' })
  expect(cerbosFindings(compiled).loadFailures.map(({ position }) => position?.path)).toEqual([
    path,
  ])
})
