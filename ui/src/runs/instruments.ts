// The models that are offered; how many lanes each has, the node knows.
export const instrumentModels = [
  'Illumina MiSeq',
  'Illumina MiniSeq',
  'Illumina iSeq 100',
  'NextSeq 500',
  'NextSeq 550',
  'NextSeq 1000',
  'NextSeq 2000',
  'Illumina NovaSeq 6000',
  'Illumina NovaSeq X',
  'Illumina HiSeq 2500',
  'Illumina HiSeq 4000',
]
