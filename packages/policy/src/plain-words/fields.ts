import type { Finding, PlainWords, Wording } from './wording.ts'

/** Where fields that stand elsewhere belong, by the path of what they stand in. */
const BELONGINGS: readonly (readonly [within: RegExp, fields: readonly string[], hint: string])[] =
  [
    [
      /^\$$/,
      [
        ...[
          'resource',
          'principal',
          'role',
          'version',
          'scope',
          'scopePermissions',
          'rules',
          'name',
        ],
        ...['importDerivedRoles', 'constants', 'schemas', 'definitions', 'parentRoles'],
      ],
      'it belongs to the policy: indent it by two spaces more',
    ],
    [
      /^\$\.(?:resource|principal|role)Policy$/,
      ['actions', 'allowActions', 'effect', 'roles', 'derivedRoles', 'condition', 'output'],
      'it belongs to a rule: indent it as the other fields of the rule',
    ],
    [/^\$\.derivedRoles$/, ['parentRoles', 'condition'], 'it belongs to one of the `definitions`'],
    [/\.condition$/, ['expr', 'all', 'any', 'none'], 'it belongs in a `match:` of the condition'],
    [/\.output$/, ['ruleActivated', 'conditionNotMet'], 'it belongs in a `when:` of the output'],
    [/\.match(?:\.|$)/, ['of'], 'it belongs in `all:`, `any:` or `none:`'],
    [/^\$\.rolePolicy\.rules\[\d+\]$/, ['actions'], 'a role policy has `allowActions`'],
    [
      /^\$\.rolePolicy\.rules\[\d+\]$/,
      ['effect'],
      'a role policy only allows: what it does not name is denied, so leave it out',
    ],
    [
      /^\$\.principalPolicy\.rules\[\d+\]$/,
      ['effect', 'condition', 'output'],
      'it belongs to one of the `actions`, beside `action:`',
    ],
  ]

/** What stands where it does not belong, or is of another sort. */
export const FIELD_WORDS: readonly Wording[] = [
  { code: 'unknown-field', said: /^`(.+)` is not a field here/, words: misplaced },
  {
    code: 'unknown-field',
    said: /^`\/\//,
    words: () => ({ hint: 'a comment begins with `#`' }),
  },
  {
    code: 'wrong-type',
    said: /^expected a list, got a string/,
    words: ({ marked }) => {
      if (/^-\S/.test(marked)) {
        return { message: 'a space is missing behind the `-`', suggestion: `- ${marked.slice(1)}` }
      }
      return /^[\w.:*-]+$/.test(marked) ? { suggestion: `[${marked}]` } : undefined
    },
  },
  {
    code: 'wrong-type',
    said: /^expected a list, got a mapping/,
    words: ({ marked }) => ({ hint: `each entry of \`${marked}\` begins with \`- \`` }),
  },
  { code: 'wrong-type', said: /^expected a mapping, got a (?:string|boolean)/, words: bareText },
  {
    code: 'role-policy-scope-permissions',
    said: /./,
    words: () => ({ hint: 'leave it out' }),
  },
  { code: 'unusable-wildcard', said: /./, words: () => ({ hint: 'write it differently' }) },
  {
    code: 'wrong-type',
    said: /^expected a mapping, got a list/,
    words: ({ marked }) => {
      if (marked === 'match') return { hint: 'write `all:` and `of:` above the list, or `any:`' }
      if (/^(?:all|any|none)$/.test(marked)) return { hint: 'write `of:` above the list' }
      return undefined
    },
  },
]

function misplaced({ match: [, field = ''], diagnostic }: Finding): PlainWords | undefined {
  const { path = '' } = diagnostic
  const within = path.slice(0, Math.max(0, path.lastIndexOf('.')))
  const hint = BELONGINGS.find(
    ([place, fields]) => fields.includes(field) && place.test(within),
  )?.[2]
  if (hint === undefined) return undefined
  // A name that is near by chance, such as `rules` for `roles`, is none.
  return { message: diagnostic.message.replace(/; expected .*$/, ''), suggestion: undefined, hint }
}

/** An expression in place of what holds it, or an action in place of one with its effect. */
function bareText({ diagnostic: { path = '' }, marked }: Finding): PlainWords | undefined {
  if (path.endsWith('.condition')) return { suggestion: `{match: {expr: ${marked}}}` }
  if (/(?:\.match|\.of\[\d+\])$/.test(path)) return { suggestion: `{expr: ${marked}}` }
  if (/^\$\.principalPolicy\.rules\[\d+\]\.actions\[\d+\]$/.test(path)) {
    return { suggestion: `{action: ${marked}, effect: EFFECT_ALLOW}` }
  }
  return path.endsWith('.output') ? { suggestion: `{when: {ruleActivated: ${marked}}}` } : undefined
}
