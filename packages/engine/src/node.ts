export {
  type DirectoryOptions,
  Engine,
  engineFromDirectory,
  PolicyLoadError,
  type ReloadReport,
} from './directory.ts'
