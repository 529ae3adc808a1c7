// Makes of `lockstitch` and all that it imports a few files, because Node takes longer to find and open four hundred
// modules than to run them. What `packages/cli/package.json` lists as `dependencies` stays outside.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const cli = join(root, 'packages/cli')

/** Bundles the command line into a folder, which has to lie right in a folder with its `package.json`. */
export async function bundleCli(folder = join(cli, 'bundle')) {
  const { dependencies } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'))
  rmSync(folder, { recursive: true, force: true })
  const { metafile } = await build({
    entryPoints: [join(cli, 'src/main.ts')],
    outdir: folder,
    bundle: true,
    // What a command needs is read when it is run.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@lockstitch/source'],
    external: Object.keys(dependencies),
    // Some of the libraries are CommonJS and ask for modules of Node.
    banner: {
      js: "import { createRequire as createRequireOf } from 'node:module'\nconst require = createRequireOf(import.meta.url)",
    },
    absWorkingDir: root,
    metafile: true,
    logLevel: 'error',
  })
  chmodSync(join(folder, 'main.js'), 0o755)
  writeFileSync(join(folder, 'LICENSES.txt'), licencesOf(Object.keys(metafile.inputs)))
}

/** The licences of the libraries in it, which ask to be passed on with them. */
function licencesOf(inputs) {
  const library = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/
  const folders = inputs.flatMap((path) => library.exec(path)?.[0] ?? [])
  const texts = [...new Set(folders)].sort().map((path) => {
    const folder = join(root, path)
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    if (file === undefined) throw new Error(`${name} has no licence file to pass on`)
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleCli()
