import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'

/** A repository over HTTPS, for who has the password. */
export interface GitOverHttps {
  readonly url: string
  close(): Promise<void>
}

/** Serves the folder of a repository by Git's own program for that. */
export async function serveGit(
  directory: string,
  tls: { readonly cert: Buffer; readonly key: Buffer },
  credentials: { readonly username: string; readonly password: string },
): Promise<GitOverHttps> {
  const { username, password } = credentials
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const server = createServer(tls, (req, res) => {
    if (req.headers.authorization === wanted) answer(dirname(directory), req, res)
    else res.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // It listens on a port.
  return {
    url: `https://127.0.0.1:${port}/origin.git`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** @see https://git-scm.com/docs/git-http-backend */
function answer(root: string, req: IncomingMessage, res: ServerResponse): void {
  const [path = '', query = ''] = (req.url ?? '').split('?')
  const { headers } = req
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: req.method,
      CONTENT_TYPE: headers['content-type'],
      HTTP_CONTENT_ENCODING: headers['content-encoding'],
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  req.pipe(backend.stdin)
  const chunks: Buffer[] = []
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  backend.once('close', () => {
    const output = Buffer.concat(chunks)
    const end = output.indexOf('\r\n\r\n')
    for (const line of output.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(/: */)
      if (name === 'Status') res.statusCode = Number(value.slice(0, 3))
      else res.setHeader(name, value)
    }
    res.end(output.subarray(end + 4))
  })
}
