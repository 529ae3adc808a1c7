export { type CerbosPlanner, cerbosPlanner } from './plan/cerbos-planner.ts'
