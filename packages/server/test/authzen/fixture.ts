/** The policies and the records that AuthZEN's certification scenario asks for. */
export const CERTIFICATION_POLICIES: Readonly<Record<string, string>> = {
  'record.yaml': `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: record
  version: default
  rules:
    - actions: [read]
      roles: [user]
      effect: EFFECT_ALLOW
      condition: { match: { expr: 'P.id in ["alice", "bob"]' } }
    - actions: [write]
      roles: [user]
      effect: EFFECT_ALLOW
      condition:
        match:
          any:
            of:
              - expr: P.id == "alice" && R.attr.?status.orValue("active") != "archived"
              - expr: P.attr.?role.orValue("") == "admin"
    - actions: [delete]
      roles: [user]
      effect: EFFECT_ALLOW
      condition: { match: { expr: 'P.id == "alice" && R.attr["authzen.action"].soft == true' } }
    - actions: ['report:*']
      roles: [user]
      effect: EFFECT_ALLOW
`,
}

export const SUBJECTS = {
  user: [{ id: 'alice' }, { id: 'bob', properties: { role: 'admin' } }, { id: 'mallory' }],
}

export const RESOURCES = {
  record: [
    { id: 'record-1', properties: { status: 'active' } },
    { id: 'record-2', properties: { status: 'archived' } },
  ],
}
