import type { Message } from '../entities.ts'
import { type Html, html } from './html.ts'
import { renderPage } from './layout.ts'

/** Whether a mail's link still works. */
export type LinkState = 'open' | 'used' | 'expired' | 'revoked'

/** A mail as the inbox shows it. */
export interface Mail {
  readonly message: Message
  readonly link: LinkState
}

/** The list of mails, newest first. */
export function inboxPage(mails: readonly Mail[], now: Date, to: string | undefined): string {
  const body = html`<h1>Inbox</h1>
<div class="bar">
<form method="get" action="/inbox" role="search">
<label for="to">To</label>
<input id="to" name="to" type="search" value="${to ?? ''}" placeholder="any address" autocomplete="off">
<button type="submit">Show</button>
</form>
<a href="${to === undefined ? '/inbox' : `/inbox?to=${encodeURIComponent(to)}`}">Check for new mail</a>
</div>
${mails.length === 0 ? emptyInbox(to) : html`<ol class="mails">${mails.map((mail) => html`<li>${card(mail, now, 'list')}</li>`)}</ol>`}`
  return renderPage({ title: 'Inbox', path: '/inbox', body })
}

/** One mail. */
export function mailPage(mail: Mail, now: Date): string {
  const body = html`<p><a href="/inbox">← Inbox</a></p>
${card(mail, now, 'whole')}`
  return renderPage({ title: mail.message.subject, path: '/inbox', body })
}

/** What is shown for a mail that is not there. */
export function missingMailPage(): string {
  const body = html`<h1>No such mail</h1>
<p>The inbox was emptied or the emulator was reset. <a href="/inbox">Back to the inbox</a></p>`
  return renderPage({ title: 'No such mail', path: '/inbox', body })
}

function card({ message, link }: Mail, now: Date, size: 'list' | 'whole'): Html {
  const subject =
    size === 'whole'
      ? html`<h1>${message.subject}</h1>`
      : html`<h2><a href="/inbox/${message.id}">${message.subject}</a></h2>`
  return html`<article class="card${link === 'open' ? '' : ' spent'}">
<div class="meta quiet"><span>From ${message.from}</span><time datetime="${message.sent_at}">${ago(message.sent_at, now)}</time></div>
${subject}
<div class="quiet">To ${message.to}</div>
<p>${introductions[message.kind](message)}</p>
${message.code === '' ? linkOf(message) : html`<p class="code" aria-label="Code">${message.code}</p>`}
<div class="quiet">${stateOf(message, link)}</div>
${size === 'whole' && message.url !== '' ? html`<p class="url">${message.url}</p>` : undefined}
</article>`
}

function linkOf({ url, kind, to }: Message): Html {
  return html`<a class="action" href="${url}" rel="noreferrer">${actions[kind]}<span class="skip"> as ${to}</span></a>`
}

function stateOf({ code }: Message, link: LinkState): string {
  return code === '' ? states[link] : states[link].replace('link', 'code')
}

function emptyInbox(to: string | undefined): Html {
  if (to !== undefined)
    return html`<div class="empty quiet"><p>No mail to ${to}.</p><p><a href="/inbox">Show all mail</a></p></div>`
  return html`<div class="empty quiet">
<p>No mail yet.</p>
<p>Ask for a magic link in your application, and it arrives here instead of by mail.</p>
</div>`
}

const actions: Readonly<Record<Message['kind'], string>> = {
  login: 'Sign in',
  signup: 'Confirm and sign in',
  invite: 'Accept the invitation',
  discovery: 'Continue',
  password_reset: 'Choose a password',
  discovery_password_reset: 'Choose a password',
  email_update: 'Confirm the address',
  email_otp: '',
  email_update_otp: '',
  email_otp_discovery: '',
  sms_otp: '',
}

const introductions: Readonly<Record<Message['kind'], (message: Message) => string>> = {
  login: ({ organization_name }) => `Here is your link to sign in to ${organization_name}.`,
  signup: ({ organization_name }) => `Confirm your address to join ${organization_name}.`,
  invite: ({ organization_name }) => `You have been invited to join ${organization_name}.`,
  discovery: () => 'Confirm your address to see the organizations you can sign in to.',
  password_reset: ({ organization_name }) => `Choose a new password for ${organization_name}.`,
  discovery_password_reset: () => 'Choose a new password.',
  email_update: ({ organization_name }) =>
    `Confirm that this is your new address at ${organization_name}.`,
  email_update_otp: ({ organization_name }) =>
    `Here is the code for your new address at ${organization_name}.`,
  email_otp: ({ organization_name }) => `Here is your code to sign in to ${organization_name}.`,
  email_otp_discovery: () => 'Here is your code to see the organizations you can sign in to.',
  sms_otp: ({ organization_name }) => `Text message: your code for ${organization_name}.`,
}

const states: Readonly<Record<LinkState, string>> = {
  open: 'The link works once.',
  used: 'The link has been used.',
  expired: 'The link has expired.',
  revoked: 'The link no longer exists: its member was removed.',
}

function ago(sentAt: string, now: Date): string {
  const minutes = Math.floor((now.getTime() - Date.parse(sentAt)) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`
  return sentAt.slice(0, 10)
}
