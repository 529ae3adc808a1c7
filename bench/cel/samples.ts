/** Something to be timed: it does `operations` each time it is called. */
export interface Task {
  readonly operations: number
  run(): number
}

// Shorter than a time slice, so that most samples are not interrupted on a busy machine.
const SAMPLE_MILLISECONDS = 1
const SAMPLES = 61
// The first time finds the caches as the task before has left them.
const LEAST_REPEATS = 5

/**
 * Nanoseconds per operation of each task: the median of samples that are taken in turn, so that
 * whatever slows the machine down for a while slows all of them.
 */
export function timeInTurn(tasks: readonly Task[]): readonly number[] {
  const repeats = tasks.map(repeatsOf)
  const samples = tasks.map((): number[] => [])
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    for (const [i, task] of tasks.entries()) {
      samples[i]?.push(timeOnce(task, repeats[i] ?? 1))
    }
  }
  return samples.map(median)
}

const WARM_UP_MILLISECONDS = 250
const SLICES = 10

/** Runs all tasks in turn until each has run for a while. */
export function warmUp(tasks: readonly Task[]): void {
  for (let slice = 0; slice < SLICES; slice += 1) {
    for (const task of tasks) {
      const end = performance.now() + WARM_UP_MILLISECONDS / SLICES
      while (performance.now() < end) task.run()
    }
  }
}

/** How often a task runs in a sample, so that samples of all tasks take about as long. */
function repeatsOf(task: Task): number {
  let repeats = 1
  for (;;) {
    const start = performance.now()
    for (let i = 0; i < repeats; i += 1) task.run()
    const elapsed = performance.now() - start
    if (elapsed > SAMPLE_MILLISECONDS / 2) {
      return Math.max(LEAST_REPEATS, Math.round((repeats * SAMPLE_MILLISECONDS) / elapsed))
    }
    repeats *= 2
  }
}

function timeOnce(task: Task, repeats: number): number {
  const start = performance.now()
  for (let i = 0; i < repeats; i += 1) task.run()
  return ((performance.now() - start) * 1e6) / (repeats * task.operations)
}

function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
