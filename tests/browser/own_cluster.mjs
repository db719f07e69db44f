// Several nodes and the broker they share, for a flow that ends some of them.
import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, OwnNode, program, project } from './own_node.mjs'

/** Empty where a broker can run here; else why not. */
export function whyNoBroker() {
  if (process.env.TRACSEQ_TEST_KAFKA) return ''
  return spawnSync('java', ['-version'], { stdio: 'ignore' }).status === 0 ? '' : 'java is missing, and Kafka needs it: tools/install-packages kafka'
}

const kafka = (folder, command, ...options) => {
  const { status, stderr } = spawnSync(join(project, 'tools/kafka'), [command, '--dir', folder, '--quiet', ...options], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  if (status !== 0) throw new Error(`tools/kafka ${command}: ${stderr}`)
}

export class OwnCluster {
  folder = mkdtempSync(join(tmpdir(), 'tracseq-cluster-'))
  broker = ''
  log = ''
  nodes = []

  async start(count) {
    let address = process.env.TRACSEQ_TEST_KAFKA?.replace(/\/$/, '')
    if (!address) {
      const port = await freePort()
      this.broker = join(this.folder, 'kafka')
      kafka(this.broker, 'start', '--port', String(port), '--for', String(process.pid))
      address = `kafka://127.0.0.1:${port}`
    }
    this.log = `${address}/page-${process.pid}-${Date.now()}`
    const secret = join(this.folder, 'secret')
    writeFileSync(secret, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
    for (let number = 1; number <= count; number++) {
      const node = new OwnNode()
      node.name = `node-${number}`
      // Its port for other nodes stays its own: they look for it there when it comes back.
      const port = String(await freePort())
      node.options = ['--log', this.log, '--node-name', node.name, '--cluster-address', '127.0.0.1', '--cluster-port', port, '--cluster-secret-file', secret]
      this.nodes.push(node)
    }
    await Promise.all(this.nodes.map((node) => node.start(...node.options)))
    return this
  }
  again(node) {
    return node.start(...node.options)
  }
  /** `tracseq …` against a node: what it said, and its exit code. */
  command(node, ...words) {
    return new Promise((done) =>
      execFile(program, [...words, '--url', node.address, '--token-file', join(node.data, 'operator.token')], { timeout: 60_000 }, (failure, stdout, stderr) =>
        done({ code: failure ? failure.code : 0, stdout, stderr }),
      ),
    )
  }
  async remove() {
    for (const node of this.nodes) await node.remove()
    if (this.broker) kafka(this.broker, 'stop')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
