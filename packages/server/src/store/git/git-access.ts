import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Where a repository is and who may read it: Cerbos's `storage.git`. */
export interface GitRemote {
  readonly protocol: GitProtocol
  readonly url: string
  readonly https?: { readonly username?: string; readonly password?: string }
  readonly ssh?: {
    /** `git` unless given. */
    readonly user?: string
    readonly privateKeyFile?: string
    /** Of the file of the key. */
    readonly password?: string
  }
}

/** How Git reaches a repository. */
export const GIT_PROTOCOLS = ['https', 'ssh', 'file'] as const
export type GitProtocol = (typeof GIT_PROTOCOLS)[number]

/** How the program `git` is told of a repository and of its secrets. */
export interface GitAccess {
  /** Without a password. */
  readonly url: string
  /** What stands before the name of a command. */
  readonly options: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** What no message may have. */
  readonly secrets: readonly string[]
}

/** Whether an address is one of a protocol. Without a scheme it is a path, or `user@host:path` for SSH. */
export function isUrlOf(protocol: GitProtocol, url: string): boolean {
  const [, scheme] = /^([a-z][\w+.-]*):\/\//i.exec(url) ?? []
  if (scheme !== undefined) return scheme.toLowerCase() === protocol
  const isScp = /^[^/:]+:/.test(url)
  return protocol === (isScp ? 'ssh' : 'file')
}

/**
 * Tells `git` of a repository. Secrets go by its environment, where only the same user sees them, never
 * by its arguments. Its own configuration holds, with its proxies and certificates, but for what could
 * make it ask somebody, speak another protocol, or tell a password to another host.
 *
 * @param askpass a program that answers with `$LOCKSTITCH_GIT_PASSPHRASE`
 */
export function gitAccess(remote: GitRemote, askpass: string): GitAccess {
  const { protocol } = remote
  const common = [
    'protocol.allow=never',
    `protocol.${protocol}.allow=always`,
    'core.hooksPath=/dev/null',
    'gc.auto=0',
  ]
  const { url, settings = [], env = {}, secrets = [] } = WAYS[protocol](remote, askpass)
  return {
    url,
    options: [...common, ...settings].flatMap((setting) => ['-c', setting]),
    env: { ...inherited(process.env), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...env },
    secrets: secrets.filter((secret) => secret !== ''),
  }
}

interface Way {
  readonly url: string
  readonly settings?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly secrets?: readonly string[]
}

const WAYS: Readonly<Record<GitProtocol, (remote: GitRemote, askpass: string) => Way>> = {
  https: overHttps,
  ssh: overSsh,
  file: ({ url }) => ({
    url: url.startsWith('file:') ? url : pathToFileURL(isAbsolute(url) ? url : resolve(url)).href,
  }),
}

const HELPER =
  '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$LOCKSTITCH_GIT_USERNAME" "$LOCKSTITCH_GIT_PASSWORD"; }; f'

function overHttps({ url: given, https = {} }: GitRemote): Way {
  const url = new URL(given)
  const username = https.username ?? decodeURIComponent(url.username)
  const password = https.password ?? decodeURIComponent(url.password)
  url.username = ''
  url.password = ''
  if (username === '' && password === '') return { url: url.href }
  return {
    url: url.href,
    // Of this host alone: a redirection elsewhere is told nothing.
    settings: ['credential.helper=', `credential.${url.origin}.helper=${HELPER}`],
    // Hosts that know tokens alone take any name.
    env: { LOCKSTITCH_GIT_USERNAME: username || 'git', LOCKSTITCH_GIT_PASSWORD: password },
    secrets: [password, encodeURIComponent(password)],
  }
}

/** Hosts that nobody has vouched for are refused, as everywhere in Go. */
function overSsh({ url, ssh = {} }: GitRemote, askpass: string): Way {
  const { user = 'git', privateKeyFile, password = '' } = ssh
  const knownHosts = process.env.SSH_KNOWN_HOSTS
  const options = [
    'StrictHostKeyChecking=yes',
    `User=${word(user)}`,
    // The passphrase is for the key, not for the server.
    'PasswordAuthentication=no',
    'KbdInteractiveAuthentication=no',
    ...(knownHosts ? [`UserKnownHostsFile=${knownHosts.split(':').map(word).join(' ')}`] : []),
    ...(privateKeyFile ? ['IdentitiesOnly=yes', `IdentityFile=${word(privateKeyFile)}`] : []),
    ...(password === '' ? ['BatchMode=yes'] : []),
  ]
  const command = ['ssh', ...options.flatMap((option) => ['-o', quoted(option)])].join(' ')
  const env = {
    GIT_SSH_COMMAND: command,
    ...(password !== '' && {
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: 'force',
      LOCKSTITCH_GIT_PASSPHRASE: password,
    }),
  }
  return { url, env, secrets: [password] }
}

/** For the configuration of `ssh`, in which `%` stands for something else. */
function word(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`
}

/** For the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** In a hook of Git, for one, the environment names another repository. */
function inherited(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !name.startsWith('GIT_') || /^GIT_(?:SSL_|EXEC_PATH$|CONFIG_)/.test(name),
  )
  return Object.fromEntries(kept)
}
