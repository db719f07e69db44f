// A node of a flow's own, for what must not happen to the laboratory of the others: it is read only, or goes away.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './harness.mjs'

export const project = fileURLToPath(new URL('../..', import.meta.url))
export const program = process.env.TRACSEQ_PROGRAM ?? join(project, 'build/tracseq')

export function freePort() {
  return new Promise((done) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => done(port))
    })
  })
}

export class OwnNode {
  folder = mkdtempSync(join(tmpdir(), 'tracseq-node-'))
  data = join(this.folder, 'data')
  address = ''
  token = ''
  process = null

  async start(...options) {
    if (!this.address) this.address = `http://127.0.0.1:${await freePort()}`
    const port = new URL(this.address).port
    this.process = spawn(program, ['serve', '--data', this.data, '--port', port, '--ui-directory', join(project, 'ui/dist'), ...options], { stdio: 'ignore' })
    await until('the node did not start', async () => (await fetch(`${this.address}/readyz`)).ok, 60_000)
    const file = join(this.data, 'operator.token')
    if (existsSync(file)) this.token = readFileSync(file, 'utf8').trim()
    return this
  }
  /** What it holds, as it was at a moment; a node of its own that serves the copy. */
  copy(moment) {
    const other = new OwnNode()
    execFileSync(program, ['replay', '--until', moment, '--into', other.data, '--data', this.data], { stdio: 'ignore' })
    return other
  }
  async stop(signal = 'SIGTERM') {
    const ended = new Promise((done) => this.process.once('exit', done))
    this.process.kill(signal)
    await ended
  }
  async remove() {
    if (this.process?.exitCode === null && this.process.signalCode === null) await this.stop('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
