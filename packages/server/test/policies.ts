/** Policies that the tests of the server have in common. */
export const POLICIES: Readonly<Record<string, string>> = {
  'roles.yaml': `
apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: common
  definitions:
    - name: owner
      parentRoles: [user]
      condition: { match: { expr: R.attr.owner == P.id } }
`,
  'doc.yaml': `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: doc
  version: default
  importDerivedRoles: [common]
  schemas:
    resourceSchema: { ref: cerbos:///doc.json }
  rules:
    - actions: [view]
      roles: [user]
      effect: EFFECT_ALLOW
      name: seen
      output: { when: { ruleActivated: '{"who": P.id, "big": 9007199254740993, "size": R.attr.?size.orValue(0.0)}', conditionNotMet: '"no"' } }
    - actions: [edit, delete]
      derivedRoles: [owner]
      effect: EFFECT_ALLOW
    - actions: [delete]
      roles: [user]
      effect: EFFECT_DENY
      condition: { match: { expr: R.attr.held } }
    - actions: [claim]
      roles: [user]
      effect: EFFECT_ALLOW
      condition: { match: { expr: request.auxData.jwt.sub == "ann" } }
    - actions: [fail]
      roles: [user]
      effect: EFFECT_ALLOW
      output: { when: { ruleActivated: '1 / int(R.attr.size)' } }
`,
  'acme.yaml': `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: doc
  version: default
  scope: acme
  rules:
    - actions: [view]
      roles: [user]
      effect: EFFECT_DENY
      condition: { match: { expr: R.attr.secret == true } }
`,
  '_schemas/doc.json': '{"type": "object", "properties": {"size": {"type": "number"}}}',
}
