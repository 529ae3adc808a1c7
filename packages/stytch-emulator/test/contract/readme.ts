import { b2bCases, consumerCases } from './cases.ts'
import { reasonOf } from './out-of-scope.ts'
import type { SdkMethod } from './sdk-methods.ts'

/** The parts of the README that say what is emulated, by their names. */
export function readmeParts(methods: readonly SdkMethod[]): Readonly<Record<string, string>> {
  return { 'sign-in': signInTable(), emulated: emulated(methods), missing: missing(methods) }
}

/** A README with its parts put in, between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function withParts(readme: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const start = text.indexOf(begin)
    const stop = text.indexOf(end)
    if (start < 0 || stop < start) throw new Error(`the README has no part \`${name}\``)
    return `${text.slice(0, start + begin.length)}\n${part}\n${text.slice(stop)}`
  }, readme)
}

/** A way of signing in, and the methods that finish it. */
const waysToSignIn: readonly (readonly [name: string, b2b: string, consumer: string])[] = [
  ['Magic link', 'magicLinks.authenticate', 'magicLinks.authenticate'],
  ['One-time passcode by mail', 'otps.email.authenticate', 'otps.email.loginOrCreate'],
  ['One-time passcode by text message', 'otps.sms.authenticate', 'otps.sms.loginOrCreate'],
  ['Password', 'passwords.authenticate', 'passwords.authenticate'],
  ['OAuth', 'oauth.authenticate', 'oauth.authenticate'],
  ['SSO (OpenID Connect, SAML)', 'sso.authenticate', ''],
  ['Discovery', 'discovery.intermediateSessions.exchange', ''],
  ['Authenticator app', 'totps.authenticate', 'totps.authenticate'],
  ['Recovery code', 'recoveryCodes.recover', 'totps.recover'],
  ['WebAuthn, passkeys', '', 'webauthn.authenticate'],
  ['Session of another system', 'sessions.migrate', 'sessions.migrate'],
  ['Trusted auth token', 'sessions.attest', 'sessions.attest'],
  [
    'Access token of a connected app',
    'sessions.exchangeAccessToken',
    'sessions.exchangeAccessToken',
  ],
  ['Impersonation', 'impersonation.authenticate', 'impersonation.authenticate'],
  ['Machine to machine', 'm2m.token', 'm2m.token'],
]

function signInTable(): string {
  const cell = (path: string, cases: object): string => {
    if (path === '') return '–'
    return Object.hasOwn(cases, path) ? `\`${path}\`` : 'not yet'
  }
  const rows = waysToSignIn.map(
    ([name, b2b, consumer]) =>
      `| ${name} | ${cell(b2b, b2bCases)} | ${cell(consumer, consumerCases)} |`,
  )
  return ['| | B2B | consumer |', '|---|---|---|', ...rows].join('\n')
}

function emulated(methods: readonly SdkMethod[]): string {
  return table(methods.filter(isEmulated))
}

function missing(methods: readonly SdkMethod[]): string {
  const left = methods.filter((method) => !isEmulated(method))
  const reasons = new Map<string, string[]>()
  for (const { path } of left) {
    const reason = reasonOf(path)
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), path])
  }
  const byDesign = [...reasons].map(
    ([reason, paths]) =>
      `- ${[...new Set(paths)].map((path) => `\`${path}\``).join(', ')}: ${reason}`,
  )
  const later = left.filter(({ path }) => reasonOf(path) === undefined)
  return [
    'By design:',
    '',
    ...byDesign,
    ...(later.length === 0 ? [] : ['', 'Not yet:', '', table(later)]),
  ].join('\n')
}

/** Methods by the part of the client that has them, a row for each. */
function table(methods: readonly SdkMethod[]): string {
  const rows = (['B2BClient', 'Client'] as const).flatMap((client) => {
    const areas = new Map<string, string[]>()
    for (const { path } of methods.filter((method) => method.client === client)) {
      const area = path.slice(0, path.indexOf('.'))
      areas.set(area, [...(areas.get(area) ?? []), path.slice(area.length + 1)])
    }
    return [...areas]
      .toSorted(([one], [two]) => one.localeCompare(two))
      .map(([area, names]) => `| \`${client}\` | \`${area}\` | ${names.toSorted().join(', ')} |`)
  })
  return ['| client | | methods |', '|---|---|---|', ...rows].join('\n')
}

function isEmulated({ client, path }: SdkMethod): boolean {
  return Object.hasOwn(client === 'B2BClient' ? b2bCases : consumerCases, path)
}
