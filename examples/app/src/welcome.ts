import { join } from 'node:path'

/** What is running. */
export interface Running {
  readonly baseUrl: string
  readonly homeUrl?: string | undefined
  readonly emulatorUrl: string | undefined
  readonly policies: string
  readonly cerbos: string | undefined
}

/** What the demo prints when it is ready: where things are, and what to try. */
export function welcome(running: Running): string {
  const ready = `ready in ${process.uptime().toFixed(1)} s`
  const parts = [
    `Lockstitch demo${ready.padStart(74)}`,
    addresses(running).map(addressLine).join('\n'),
    toTry(running),
    'Ctrl-C stops everything.',
  ]
  return `${parts.join('\n\n')}\n`
}

type Address = readonly [name: string, url: string, about: string]

function addresses({ baseUrl, homeUrl, emulatorUrl }: Running): readonly Address[] {
  const app: Address = ['Example app', baseUrl, 'a document workspace, two organizations']
  if (emulatorUrl === undefined) return [app]
  return [
    app,
    ['Notes at home', homeUrl ?? '', 'the same policies for a consumer project'],
    ['Stytch emulator', emulatorUrl, 'the official SDK talks to this'],
    ['Inbox', `${emulatorUrl}/inbox`, 'magic links and codes arrive here'],
  ]
}

function addressLine([name, url, about]: Address): string {
  return `  ${name.padEnd(16)} ${url.padEnd(29)}  ${about}`
}

function toTry({ baseUrl, emulatorUrl, policies, cerbos }: Running): string {
  if (emulatorUrl === undefined)
    return `Sign in at ${baseUrl}. The project needs the roles viewer, editor and admin, and the\nredirect URL ${baseUrl}/authenticate.`
  const steps = [
    'sign in as maya@acme.test (editor) and open "Q3 plan": you may edit it',
    `open ${baseUrl}/globex/documents: denied, and the page says why`,
    cerbos === undefined
      ? `change \`org_editor\` to \`org_admin\` in rule \`edit\` of ${join(policies, 'document.yaml')},\n         save, reload: editing is gone, and the page says why`
      : `stop the Cerbos at ${cerbos}, reload: nothing is decided, nobody is let in`,
  ]
  return steps
    .map((step, index) => `${index === 0 ? 'Try:' : '    '}  ${index + 1}  ${step}`)
    .join('\n')
}
