import { type CerbosServer, startCerbos } from '../../../../tools/cerbos-server.ts'

/** What Cerbos made of the auxData of a request: its claims, or the refusal. */
export type CerbosClaims =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number; readonly message: string }

/** Starts Cerbos with a policy that outputs the claims of tokens. */
export function startClaimsServer(auxData: object | undefined): Promise<CerbosServer> {
  return startCerbos({
    policies: { 'claims.yaml': policy },
    ...(auxData && { config: { auxData } }),
  })
}

/** Asks Cerbos for the claims of one token. */
export function cerbosClaims(
  server: CerbosServer,
  token: string,
  keySetId: string,
): Promise<CerbosClaims> {
  return ask(server, 'jwt', { jwt: { token, ...(keySetId !== '' && { keySetId }) } })
}

/** Asks Cerbos for the claims of tokens by name. */
export function cerbosNamedClaims(server: CerbosServer, jwts: object): Promise<CerbosClaims> {
  return ask(server, 'jwts', { jwts })
}

async function ask(server: CerbosServer, action: string, auxData: object): Promise<CerbosClaims> {
  const reply = await server.post('/api/check/resources', {
    principal: { id: 'maya', roles: ['reader'] },
    resources: [{ actions: [action], resource: { kind: 'claims', id: '1' } }],
    auxData,
  })
  if (!reply.ok) return reply
  const body = reply.body as { results: readonly { outputs?: readonly { val?: unknown }[] }[] }
  return { ok: true, value: body.results[0]?.outputs?.[0]?.val }
}

const policy = `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: claims
  version: default
  rules:
    - actions: [jwt]
      effect: EFFECT_ALLOW
      roles: ['*']
      output: { when: { ruleActivated: request.auxData.jwt } }
    - actions: [jwts]
      effect: EFFECT_ALLOW
      roles: ['*']
      output:
        when:
          ruleActivated: 'request.auxData.jwts.transformMap(name, token, token.claims)'
`
