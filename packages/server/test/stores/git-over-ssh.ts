import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'

/** A repository over SSH, for who has the key. */
export interface GitOverSsh {
  readonly url: string
  /** The private key, which needs the passphrase. */
  readonly keyFile: string
  readonly passphrase: string
  /** The host, for those who are to trust it. */
  readonly knownHostsFile: string
  /** The users that have come in. */
  readonly users: readonly string[]
  close(): Promise<void>
}

/** Serves a repository to whoever has a key that is made for it. */
export async function serveGitOverSsh(directory: string): Promise<GitOverSsh> {
  const home = await mkdtemp(join(tmpdir(), 'lockstitch-ssh-'))
  const passphrase = 'a passphrase with $ and "'
  const host = ssh2.utils.generateKeyPairSync('ed25519')
  const client = ssh2.utils.generateKeyPairSync('ed25519', {
    passphrase,
    cipher: 'aes256-ctr',
    rounds: 4,
  })
  const allowed = ssh2.utils.parseKey(client.public)
  if (allowed instanceof Error) throw allowed
  const users: string[] = []
  const server = new ssh2.Server({ hostKeys: [host.private] }, (connection) => {
    connection.on('error', () => {})
    connection.on('authentication', (attempt) => {
      const isKey =
        attempt.method === 'publickey' &&
        attempt.key.data.equals(allowed.getPublicSSH()) &&
        (!attempt.signature ||
          !attempt.blob ||
          allowed.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true)
      if (isKey) {
        users.push(attempt.username)
        attempt.accept()
      } else attempt.reject(['publickey'])
    })
    connection.on('session', (accept) => {
      accept().on('exec', (start) => {
        const channel = start()
        const pack = spawn('git', ['upload-pack', directory], { stdio: ['pipe', 'pipe', 'ignore'] })
        channel.pipe(pack.stdin)
        pack.stdin.on('error', () => {})
        pack.stdout.pipe(channel, { end: false })
        pack.once('close', (code) => {
          channel.exit(code ?? 1)
          channel.end()
        })
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // It listens on a port.
  const [keyFile, knownHostsFile] = [join(home, "it's a key"), join(home, 'known_hosts')]
  await writeFile(keyFile, client.private)
  await chmod(keyFile, 0o600)
  await writeFile(knownHostsFile, `[127.0.0.1]:${port} ${host.public}\n`)
  return {
    url: `ssh://127.0.0.1:${port}/policies.git`,
    keyFile,
    passphrase,
    knownHostsFile,
    users,
    async close() {
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await rm(home, { recursive: true, force: true })
    },
  }
}
