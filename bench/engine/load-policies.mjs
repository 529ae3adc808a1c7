// A process of its own, without anything that compiles sources: loads a directory of policies by
// the built package, says so, and waits until its input ends.
const [module, directory, settings] = process.argv.slice(2)
const { Engine } = await import(module)
const engine = await Engine.fromDirectory(directory, JSON.parse(settings))
process.stdout.write(`${engine.status.policies}\n`)
process.stdin.on('end', () => engine.close()).resume()
