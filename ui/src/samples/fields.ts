import { sampleTypes, temperatures } from '~/shared/words'
import type { FieldSpec } from '~/shared/form/fields'

/** The facts of a sample that a person may write; the same list registers and corrects. */
export const factFields: FieldSpec[] = [
  { name: 'name', label: 'Name', required: 'A sample needs a name.', placeholder: 'Patient 12, blood' },
  { name: 'type', label: 'Type', kind: 'choice', options: [{ value: '', label: 'Not known' }, ...sampleTypes] },
  { name: 'project', label: 'Project', placeholder: 'CARDIO-24' },
  { name: 'submission', label: 'Submission', placeholder: 'SUB-0117' },
  { name: 'organism', label: 'Organism', placeholder: 'Homo sapiens' },
  { name: 'taxon_id', label: 'NCBI taxon', kind: 'number', placeholder: '9606' },
  { name: 'collected_at', label: 'Collected on', kind: 'date' },
  { name: 'collected_where', label: 'Collected where' },
  { name: 'concentration_ng_per_ul', label: 'Concentration', unit: 'ng/µl', kind: 'number' },
  { name: 'volume_ul', label: 'Volume', unit: 'µl', kind: 'number' },
  { name: 'requires_temperature', label: 'Keep at', kind: 'choices', options: temperatures, help: 'Storage of another class will refuse it.' },
  { name: 'collected_by', label: 'Collected by' },
  { name: 'notes', label: 'Notes', kind: 'long', wide: true },
]

export const barcodeField: FieldSpec = {
  name: 'barcode',
  label: 'Barcode',
  placeholder: 'Scan the tube, or leave empty',
  help: 'Empty: TracSeq makes a new label.',
  scan: true,
}
