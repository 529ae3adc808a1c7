/** Where a server listens. */
export type Address =
  | { readonly kind: 'port'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string }

/** Reads `:3592`, `127.0.0.1:3592`, `[::1]:3592` or `unix:/path`. Nothing where it is none of them. */
export function parseAddress(text: string): Address | undefined {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '')
    return path === '' ? undefined : { kind: 'socket', path }
  }
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === '' || port > 65_535) return undefined
  return { kind: 'port', host: bracketed || plain || undefined, port }
}

/** The same as text, with the port that was given where any would do. */
export function addressText(address: Address, port?: number): string {
  if (address.kind === 'socket') return `unix:${address.path}`
  const host = address.host ?? '0.0.0.0'
  return `${host.includes(':') ? `[${host}]` : host}:${port ?? address.port}`
}
