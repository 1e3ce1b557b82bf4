import { expect, test } from 'vitest'
import { isGitFolder, isRunByTools, isWindowsAlias } from '../../src/store/territory.ts'

test.for<[name: string, isAlias: boolean]>([
  ['rules', false],
  ['edge.conf', false],
  ['.git', false],
  ['console.txt', false],
  ['com.txt', false],
  ['.git::$INDEX_ALLOCATION', true],
  ['edge.conf:stream', true],
  ['.git.', true],
  ['.git ', true],
  ['NUL', true],
  ['nul.txt', true],
  ['COM1', true],
  ['lpt9.conf', true],
  ['CONOUT$', true],
  ['GIT~1', true],
  ['edge~.conf', false],
])('%j is another name on Windows: %j', ([name, isAlias]) => {
  expect(isWindowsAlias(name)).toBe(isAlias)
})

test.for<[name: string, isGit: boolean]>([
  ['.git', true],
  ['.GIT', true],
  ['.git.', true],
  ['.git. .', true],
  ['.git::$INDEX_ALLOCATION', true],
  ['GIT~1', true],
  ['git~12', true],
  ['.g\u200cit', true],
  ['.github', false],
  ['git', false],
  ['gitlab~1', false],
])('%j is a .git folder somewhere: %j', ([name, isGit]) => {
  expect(isGitFolder(name)).toBe(isGit)
})

test.for<[name: string, isRun: boolean]>([
  ['Makefile', true],
  ['makefile', true],
  ['Makefile.am', true],
  ['Jenkinsfile', true],
  ['Jenkinsfile.edge', true],
  ['azure-pipelines.yml', true],
  ['azure-pipelines-edge.yml', true],
  ['package.json', true],
  ['PACKAGE.JSON', true],
  ['docker-compose.yml', true],
  ['docker-compose.override.yml', true],
  ['compose.prod.yaml', true],
  ['Taskfile.dist.yml', true],
  ['workspace.bazel', true],
  ['compose.txt', false],
  ['gulpfile.mjs', true],
  ['vite.config.js', true],
  ['Next.config.MTS', true],
  ['netlify.toml', true],
  ['sitecustomize.py', true],
  ['node_modules', true],
  ['a.pth', true],
  ['rules.json', false],
  ['edge.config.txt', false],
  ['edge.tf', false],
  ['package.json.txt', false],
  ['main.yml', false],
])('%j is run by tools: %j', ([name, isRun]) => {
  expect(isRunByTools(name)).toBe(isRun)
})
