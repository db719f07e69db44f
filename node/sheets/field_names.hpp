#pragma once
// Names that laboratories give to our fields: ENA/SRA, MIxS, Illumina, everyday English, Swedish,
// German, French.
// Headers are written as `to_words` gives them (lower case, no accents, single blanks); vocabulary
// words as `fold`
// gives them. A lower confidence loses against a surer column of the same sheet.

#include "node/sheets/fields.hpp"

namespace tracseq::sheets::names {

inline constexpr synonym name[] = {
    {"name", 0.97}, {"sample name", 1.0}, {"sample", 0.95}, {"samples", 0.9}, {"samplename", 1.0},
    {"sample id", 0.9}, {"sampleid", 0.9}, {"sample identifier", 0.9}, {"sample alias", 0.88},
    {"alias", 0.8}, {"sample title", 0.8}, {"samp name", 1.0}, {"source mat id", 0.75},
    {"source name", 0.75}, {"sample number", 0.8}, {"sample no", 0.8}, {"sample nr", 0.8},
    {"sample label", 0.85}, {"sample code", 0.85}, {"sample description name", 0.7},
    {"customer sample name", 0.93}, {"client sample name", 0.93}, {"client sample id", 0.9},
    {"your sample name", 0.93}, {"original sample name", 0.8}, {"external sample id", 0.75},
    {"external name", 0.72}, {"external id", 0.7}, {"tube name", 0.85}, {"tube label", 0.8},
    {"item name", 0.85}, {"item alias", 0.75}, {"library name", 0.75}, {"library id", 0.65},
    {"specimen", 0.85}, {"specimen id", 0.85}, {"specimen name", 0.9}, {"isolate", 0.7},
    {"isolate id", 0.75}, {"isolate name", 0.75}, {"sample ref", 0.65}, {"id", 0.65},
    {"identifier", 0.65}, {"run accession", 0.6}, {"biosample", 0.65}, {"sample accession", 0.65},
    {"provnamn", 1.0}, {"prov namn", 1.0}, {"prov", 0.9}, {"prov id", 0.9}, {"provid", 0.9},
    {"provnummer", 0.85}, {"provnr", 0.85}, {"provets namn", 1.0}, {"namn", 0.9},
    {"probenname", 1.0}, {"proben name", 1.0}, {"probe", 0.8}, {"proben id", 0.9},
    {"probenbezeichnung", 0.95}, {"probennummer", 0.85}, {"probennr", 0.85}, {"bezeichnung", 0.75},
    {"nom de l echantillon", 1.0}, {"nom echantillon", 1.0}, {"echantillon", 0.9},
    {"nom", 0.85}, {"identifiant", 0.8}, {"identifiant de l echantillon", 0.9},
    {"numero d echantillon", 0.85},
};

inline constexpr synonym barcode[] = {
    {"barcode", 1.0}, {"tube barcode", 1.0}, {"sample barcode", 1.0}, {"item barcode", 0.95},
    {"matrix barcode", 0.95}, {"matrix tube barcode", 0.95}, {"2d barcode", 0.97},
    {"barcode id", 0.9}, {"tube id", 0.85}, {"label", 0.7}, {"label id", 0.75}, {"tube code", 0.8},
    {"identification barcode", 0.95}, {"specimen barcode", 0.95}, {"barcode number", 0.9},
    {"scanned barcode", 0.95}, {"vial barcode", 0.95}, {"vial id", 0.8}, {"qr code", 0.85},
    {"streckkod", 1.0}, {"rorkod", 0.85}, {"strichcode", 1.0}, {"barcode nr", 0.9},
    {"rohrchen id", 0.8}, {"roehrchen id", 0.8}, {"code barres", 1.0}, {"code barre", 1.0},
    {"code a barres", 1.0},
};

inline constexpr synonym project[] = {
    {"project", 1.0}, {"project code", 1.0}, {"project name", 0.95}, {"project id", 0.95},
    {"sample project", 0.97}, {"project number", 0.9}, {"study", 0.8}, {"study name", 0.75},
    {"study id", 0.75}, {"study accession", 0.65}, {"bioproject", 0.75}, {"projekt", 1.0},
    {"projektnamn", 0.95}, {"projektkod", 1.0}, {"projektname", 0.95}, {"projekt id", 0.95},
    {"projet", 1.0}, {"nom du projet", 0.95}, {"code projet", 1.0}, {"pro", 0.6},
};

inline constexpr synonym submission[] = {
    {"submission", 1.0}, {"submission id", 0.97}, {"submission reference", 1.0},
    {"submission name", 0.9}, {"order", 0.75}, {"order id", 0.8}, {"order number", 0.8},
    {"order name", 0.75}, {"batch", 0.75}, {"batch id", 0.75}, {"shipment", 0.7},
    {"shipment id", 0.7}, {"request id", 0.7}, {"request name", 0.7}, {"bestallning", 0.8},
    {"auftrag", 0.8}, {"auftragsnummer", 0.8}, {"commande", 0.75}, {"lot", 0.6},
};

inline constexpr synonym type[] = {
    {"type", 0.8}, {"sample type", 1.0}, {"specimen type", 0.97}, {"material", 0.85},
    {"material type", 0.95}, {"sample material", 0.95}, {"nucleic acid type", 0.85},
    {"nucleic acid", 0.75}, {"molecule", 0.75}, {"molecule type", 0.8}, {"sample source", 0.75},
    {"source material", 0.75}, {"source type", 0.7}, {"biomaterial", 0.8}, {"analyte", 0.75},
    {"sample matrix", 0.8}, {"sample class", 0.8}, {"source", 0.65}, {"body fluid", 0.65},
    {"provtyp", 1.0}, {"typ av prov", 1.0}, {"provmaterial", 0.95}, {"typ", 0.8},
    {"probenart", 1.0}, {"probentyp", 1.0}, {"probenmaterial", 0.95},
    {"type d echantillon", 1.0}, {"type echantillon", 1.0}, {"nature de l echantillon", 0.9},
    {"materiel", 0.75},
};

inline constexpr synonym taxon_id[] = {
    {"taxon id", 1.0}, {"taxonid", 1.0}, {"tax id", 1.0}, {"taxid", 1.0}, {"taxonomy id", 1.0},
    {"ncbi taxon id", 1.0}, {"ncbi taxonomy id", 1.0}, {"ncbi tax id", 1.0}, {"ncbi taxid", 1.0},
    {"samp taxon id", 1.0}, {"organism taxon id", 0.97}, {"sample taxon id", 0.97},
    {"host taxid", 0.7}, {"host taxon id", 0.7}, {"taxon", 0.75}, {"taxonomy", 0.7},
    {"scientific name taxon id", 0.9},
};

inline constexpr synonym organism[] = {
    {"organism", 1.0}, {"scientific name", 1.0}, {"species", 0.97}, {"organism name", 1.0},
    {"species name", 0.97}, {"organism scientific name", 1.0}, {"host", 0.6},
    {"host scientific name", 0.65}, {"sample organism", 0.97}, {"common name", 0.7},
    {"sample common name", 0.75}, {"organism common name", 0.72}, {"taxon name", 0.9},
    {"source organism", 0.97}, {"organisme", 1.0}, {"organismus", 1.0}, {"art", 0.75},
    {"spezies", 0.95}, {"vetenskapligt namn", 0.95}, {"espece", 0.95}, {"nom scientifique", 0.95},
    {"tierart", 0.8}, {"djurart", 0.8},
};

inline constexpr synonym donor[] = {
    {"donor", 1.0}, {"donor id", 1.0}, {"sample donor id", 0.9}, {"patient", 0.95},
    {"patient id", 0.95}, {"patient name", 0.95}, {"subject", 0.9}, {"subject id", 0.95},
    {"host subject id", 0.95}, {"individual", 0.9}, {"individual id", 0.9}, {"participant", 0.9},
    {"participant id", 0.9}, {"donator", 0.95}, {"individ", 0.9}, {"patient nummer", 0.9},
    {"spender", 0.95}, {"spender id", 0.95}, {"patienten id", 0.95}, {"donneur", 1.0},
    {"identifiant patient", 0.95}, {"identifiant du patient", 0.95}, {"mrn", 0.8},
};

/// Headers that name or reach a person and are no field of ours.
inline constexpr std::string_view personal[] = {
    "first name", "last name", "given name", "family name", "surname", "full name", "maiden name",
    "patient first name", "patient last name", "patient surname", "date of birth", "birth date",
    "birthdate", "birthday", "patient date of birth", "patient birth date", "dob", "phone", "phone number",
    "telephone", "mobile", "mobile number", "home address", "street address", "postal address",
    "social security number", "ssn", "national id", "nhs number", "passport number", "health card number",
    "fornamn", "efternamn", "fodelsedatum", "fodelsedag", "personnummer", "telefon", "telefonnummer",
    "adress", "vorname", "nachname", "familienname", "geburtsdatum", "geburtstag", "adresse",
    "versichertennummer", "prenom", "nom de famille", "date de naissance", "numero de securite sociale"};

inline constexpr synonym collected_at[] = {
    {"collected at", 1.0}, {"collection date", 1.0}, {"date of collection", 1.0},
    {"sampling date", 1.0}, {"date collected", 1.0}, {"sample collection date", 1.0},
    {"collected", 0.85}, {"collected on", 1.0}, {"collection time", 0.85},
    {"collection date time", 1.0}, {"date sampled", 0.97}, {"sample date", 0.9},
    {"sampling time", 0.8}, {"date of sampling", 1.0}, {"draw date", 0.9}, {"date", 0.65},
    {"collection timestamp", 0.95}, {"provtagningsdatum", 1.0}, {"provtagningsdag", 1.0},
    {"provtaget", 0.85}, {"insamlingsdatum", 1.0}, {"datum", 0.65}, {"entnahmedatum", 1.0},
    {"probenahmedatum", 1.0}, {"abnahmedatum", 1.0}, {"sammeldatum", 0.95},
    {"date de prelevement", 1.0}, {"date prelevement", 1.0}, {"date de collecte", 1.0},
    {"date de recolte", 0.95},
};

inline constexpr synonym collected_where[] = {
    {"collected where", 1.0}, {"geo loc name", 1.0}, {"geographic location", 1.0},
    {"collection site", 0.97}, {"collection location", 1.0}, {"sampling site", 0.97},
    {"sampling location", 1.0}, {"location collected", 0.95}, {"place of collection", 1.0},
    {"geographic location country and or sea", 1.0}, {"country", 0.7}, {"site", 0.65},
    {"origin", 0.65}, {"provtagningsplats", 1.0}, {"insamlingsplats", 1.0}, {"plats", 0.6},
    {"entnahmeort", 1.0}, {"probenahmeort", 1.0}, {"fundort", 0.9}, {"lieu de prelevement", 1.0},
    {"lieu de collecte", 1.0}, {"site de prelevement", 0.95}, {"region", 0.6},
};

inline constexpr synonym collected_by[] = {
    {"collected by", 1.0}, {"collector", 0.97}, {"collector name", 0.97}, {"sampled by", 1.0},
    {"collection person", 0.9}, {"taken by", 0.9}, {"provtagare", 1.0}, {"insamlad av", 1.0},
    {"entnommen von", 1.0}, {"probennehmer", 1.0}, {"sammler", 0.9}, {"preleve par", 1.0},
    {"preleveur", 1.0}, {"collecte par", 1.0}, {"collecting institution", 0.7},
};

inline constexpr synonym received_at[] = {
    {"received at", 1.0}, {"received", 0.9}, {"received on", 1.0}, {"date received", 1.0},
    {"receipt date", 1.0}, {"received date", 1.0}, {"reception date", 0.97}, {"arrival date", 0.95},
    {"date of receipt", 1.0}, {"date of arrival", 0.95}, {"ankomstdatum", 1.0},
    {"mottagningsdatum", 1.0}, {"mottaget", 0.85}, {"eingangsdatum", 1.0}, {"eingang", 0.8},
    {"empfangsdatum", 1.0}, {"date de reception", 1.0}, {"date reception", 1.0},
    {"date d arrivee", 0.95},
};

inline constexpr synonym concentration[] = {
    {"concentration", 1.0}, {"conc", 1.0}, {"sample concentration", 1.0}, {"sample conc", 1.0},
    {"dna concentration", 0.95}, {"rna concentration", 0.94}, {"dna conc", 0.95},
    {"rna conc", 0.94}, {"qubit conc", 0.93}, {"qubit concentration", 0.93}, {"qubit", 0.75},
    {"nanodrop conc", 0.9}, {"nanodrop concentration", 0.9}, {"nanodrop", 0.7},
    {"measured concentration", 0.93}, {"library concentration", 0.85}, {"library conc", 0.85},
    {"stock concentration", 0.85}, {"stock conc", 0.85}, {"koncentration", 1.0},
    {"konc", 1.0}, {"dna koncentration", 0.95}, {"konzentration", 1.0}, {"konz", 1.0},
    {"dna konzentration", 0.95}, {"concentration adn", 0.95}, {"picogreen", 0.7},
    {"concentration ng per ul", 1.0}, {"concentration of sample", 0.95},
};

inline constexpr synonym volume[] = {
    {"volume", 1.0}, {"vol", 1.0}, {"sample volume", 1.0}, {"sample vol", 1.0},
    {"tube volume", 0.95}, {"total volume", 0.95}, {"current volume", 0.95},
    {"remaining volume", 0.93}, {"initial volume", 0.9}, {"lib vol", 0.8}, {"library volume", 0.8},
    {"dna volume", 0.93}, {"rna volume", 0.92}, {"elution volume", 0.8}, {"volym", 1.0},
    {"provvolym", 1.0}, {"volumen", 1.0}, {"probenvolumen", 1.0}, {"volume de l echantillon", 1.0},
};

inline constexpr synonym amount[] = {
    {"amount", 1.0}, {"quantity", 0.9}, {"sample amount", 1.0}, {"dna amount", 0.97},
    {"rna amount", 0.96}, {"total dna", 0.9}, {"total rna", 0.88}, {"total amount", 0.97},
    {"mass", 0.85}, {"input amount", 0.75}, {"yield", 0.7}, {"mangd", 0.95}, {"menge", 0.95},
    {"quantite", 0.9}, {"dna mangd", 0.95}, {"dna menge", 0.95},
};

inline constexpr synonym temperature[] = {
    {"requires temperature", 1.0}, {"storage temperature", 1.0}, {"storage temp", 1.0},
    {"samp store temp", 1.0}, {"sample storage temperature", 1.0}, {"storage conditions", 0.8},
    {"storage condition", 0.8}, {"temperature", 0.75}, {"temperature class", 1.0},
    {"required temperature", 1.0}, {"store at", 0.9}, {"storage", 0.65},
    {"forvaringstemperatur", 1.0}, {"forvaring", 0.8}, {"lagringstemperatur", 1.0},
    {"lagertemperatur", 1.0}, {"lagerung", 0.8}, {"temperatur", 0.75},
    {"temperature de stockage", 1.0}, {"temperature de conservation", 1.0}, {"conservation", 0.75},
};

inline constexpr synonym notes[] = {
    {"notes", 1.0}, {"note", 1.0}, {"comment", 0.97}, {"comments", 0.97}, {"remarks", 0.97},
    {"remark", 0.97}, {"description", 0.85}, {"sample description", 0.85},
    {"additional information", 0.8}, {"other information", 0.75}, {"kommentar", 0.97},
    {"kommentarer", 0.97}, {"anmarkning", 0.97}, {"anmarkningar", 0.97}, {"ovrigt", 0.85},
    {"bemerkung", 0.97}, {"bemerkungen", 0.97}, {"anmerkung", 0.97}, {"anmerkungen", 0.97},
    {"kommentare", 0.97}, {"commentaire", 0.97}, {"commentaires", 0.97}, {"remarque", 0.97},
    {"remarques", 0.97}, {"beskrivning", 0.85}, {"beschreibung", 0.85},
};

inline constexpr synonym container[] = {
    {"container", 1.0}, {"container name", 1.0}, {"container barcode", 1.0}, {"container id", 1.0},
    {"box", 0.97}, {"box name", 0.97}, {"box barcode", 0.97}, {"box id", 0.97}, {"plate", 0.95},
    {"plate name", 0.97}, {"plate barcode", 0.96}, {"plate id", 0.96}, {"sample plate", 0.95},
    {"rack", 0.85}, {"rack barcode", 0.9}, {"rack id", 0.9}, {"box alias", 0.8},
    {"storage box", 0.9}, {"samp store loc", 0.7}, {"lada", 0.9}, {"box namn", 0.97},
    {"platta", 0.9}, {"kiste", 0.8}, {"platte", 0.9}, {"plattenname", 0.95}, {"boite", 0.95},
    {"plaque", 0.9}, {"nom de la plaque", 0.95}, {"nom de la boite", 0.95},
};

inline constexpr synonym position[] = {
    {"position", 1.0}, {"well", 1.0}, {"well position", 1.0}, {"well location", 1.0},
    {"sample well", 1.0}, {"sample well location", 1.0}, {"well id", 0.95}, {"well name", 0.95},
    {"box position", 1.0}, {"plate position", 1.0}, {"container position", 1.0},
    {"position in box", 1.0}, {"position in plate", 1.0}, {"tube position", 0.97},
    {"coordinate", 0.85}, {"coordinates", 0.8}, {"slot", 0.95}, {"pos", 0.95}, {"brunn", 0.95},
    {"lage", 0.6}, {"boxposition", 1.0}, {"plattposition", 1.0}, {"vertiefung", 0.95},
    {"kavitat", 0.95}, {"puits", 1.0}, {"emplacement", 0.75}, {"plate well", 1.0},
};

inline constexpr synonym index_i7[] = {
    {"index", 0.97}, {"index i7", 1.0}, {"i7", 0.95}, {"i7 index", 1.0}, {"index 1", 0.97},
    {"index1", 0.97}, {"i7 sequence", 0.97}, {"index sequence", 0.93}, {"i7 index sequence", 1.0},
    {"index1 sequence", 0.95}, {"index 1 sequence", 0.95}, {"barcode sequence", 0.9},
    {"index 1 i7", 1.0}, {"i7 barcode", 0.9}, {"tag sequence", 0.85}, {"mid", 0.75},
    {"index tag", 0.85}, {"i7 tag", 0.9}, {"index read 1", 0.9}, {"index seq", 0.9},
};

inline constexpr synonym index_i5[] = {
    {"index2", 0.97}, {"index i5", 1.0}, {"i5", 0.95}, {"i5 index", 1.0}, {"index 2", 0.97},
    {"i5 sequence", 0.97}, {"i5 index sequence", 1.0}, {"index2 sequence", 0.95},
    {"index 2 sequence", 0.95}, {"index 2 i5", 1.0}, {"i5 barcode", 0.9}, {"i5 tag", 0.9},
    {"index read 2", 0.9},
};

inline constexpr synonym index_name[] = {
    {"index name", 1.0}, {"i7 index id", 0.95}, {"index id", 0.95}, {"i7 index name", 0.95},
    {"index1 name", 0.9}, {"index 1 name", 0.9}, {"barcode tag", 0.8}, {"index plate well", 0.7},
    {"i7 id", 0.9}, {"i7 name", 0.93}, {"adapter name", 0.7}, {"barcode name", 0.85},
};

inline constexpr synonym lane[] = {
    {"lane", 1.0}, {"lanes", 0.97}, {"lane number", 0.97}, {"lane no", 0.95}, {"flowcell lane", 0.95},
    {"flow cell lane", 0.95},
};

inline constexpr vocabulary_word sample_type_words[] = {
    {"genomic dna", "DNA"}, {"gdna", "DNA"}, {"cfdna", "DNA"}, {"cell-free dna", "DNA"},
    {"cell free dna", "DNA"}, {"cdna", "DNA"}, {"hmw dna", "DNA"}, {"plasmid", "DNA"},
    {"amplicon", "DNA"}, {"pcr product", "DNA"}, {"pcr products", "DNA"}, {"library", "DNA"},
    {"dna library", "DNA"}, {"adn", "DNA"}, {"dns", "DNA"}, {"extracted dna", "DNA"},
    {"metagenomic dna", "DNA"}, {"total rna", "RNA"}, {"mrna", "RNA"}, {"mirna", "RNA"},
    {"small rna", "RNA"}, {"arn", "RNA"}, {"rns", "RNA"}, {"cfrna", "RNA"}, {"viral rna", "RNA"},
    {"extracted rna", "RNA"}, {"proteins", "protein"}, {"peptide", "protein"},
    {"antibody", "protein"}, {"proteine", "protein"}, {"protein lysate", "protein"},
    {"cell culture", "cell_culture"}, {"cells", "cell_culture"}, {"cell line", "cell_culture"},
    {"cell pellet", "cell_culture"}, {"pellet", "cell_culture"}, {"culture", "cell_culture"},
    {"fibroblast", "cell_culture"}, {"fibroblasts", "cell_culture"}, {"cellodling", "cell_culture"},
    {"celler", "cell_culture"}, {"zellkultur", "cell_culture"}, {"zelllinie", "cell_culture"},
    {"zellen", "cell_culture"}, {"culture cellulaire", "cell_culture"},
    {"cellules", "cell_culture"}, {"bacterial culture", "cell_culture"}, {"ipsc", "cell_culture"},
    {"ffpe", "tissue"}, {"tissue (ffpe)", "tissue"}, {"ffpe tissue", "tissue"}, {"biopsy", "tissue"},
    {"tissue (fresh frozen)", "tissue"}, {"fresh frozen", "tissue"}, {"frozen tissue", "tissue"},
    {"tumor", "tissue"}, {"tumour", "tissue"}, {"skin", "tissue"}, {"muscle", "tissue"},
    {"nail", "tissue"}, {"hair", "tissue"}, {"organ", "tissue"}, {"bone marrow", "tissue"},
    {"vavnad", "tissue"}, {"biopsi", "tissue"}, {"gewebe", "tissue"}, {"biopsie", "tissue"},
    {"tissu", "tissue"}, {"leaf", "tissue"}, {"benmarg", "tissue"}, {"knochenmark", "tissue"},
    {"whole blood", "blood"}, {"edta blood", "blood"}, {"peripheral blood", "blood"},
    {"pbmc", "blood"}, {"blod", "blood"}, {"helblod", "blood"}, {"blut", "blood"},
    {"vollblut", "blood"}, {"sang", "blood"}, {"sang total", "blood"}, {"buffy coat", "blood"},
    {"dried blood spot", "blood"}, {"cord blood", "blood"}, {"sera", "serum"}, {"serum sample", "serum"},
    {"edta plasma", "plasma"}, {"blood plasma", "plasma"}, {"urin", "urine"},
    {"spit", "saliva"}, {"saliv", "saliva"}, {"speichel", "saliva"}, {"salive", "saliva"},
    {"sputum", "saliva"}, {"buccal swab", "swab"}, {"nasal swab", "swab"}, {"throat swab", "swab"},
    {"nasopharyngeal swab", "swab"}, {"pinnprov", "swab"}, {"svalgprov", "swab"},
    {"abstrich", "swab"}, {"ecouvillon", "swab"}, {"frottis", "swab"}, {"buccal", "swab"},
    {"soil", "environmental"}, {"water", "environmental"}, {"seawater", "environmental"},
    {"wastewater", "environmental"}, {"sewage", "environmental"}, {"sediment", "environmental"},
    {"air", "environmental"}, {"environment", "environmental"}, {"miljo", "environmental"},
    {"miljoprov", "environmental"}, {"jord", "environmental"}, {"vatten", "environmental"},
    {"umwelt", "environmental"}, {"boden", "environmental"}, {"wasser", "environmental"},
    {"environnement", "environmental"}, {"environnemental", "environmental"}, {"eau", "environmental"},
    {"sol", "environmental"}, {"faeces", "other"}, {"feces", "other"}, {"stool", "other"},
    {"csf", "other"}, {"cerebrospinal fluid", "other"}, {"annat", "other"}, {"ovrigt", "other"},
    {"andere", "other"}, {"sonstige", "other"}, {"sonstiges", "other"}, {"autre", "other"},
    {"unknown", "other"}, {"buffer", "other"}, {"mixed", "other"},
};

inline constexpr vocabulary_word temperature_words[] = {
    {"ln2", "LN2"}, {"liquid nitrogen", "LN2"}, {"flytande kvave", "LN2"},
    {"flussiger stickstoff", "LN2"}, {"flussigstickstoff", "LN2"}, {"azote liquide", "LN2"},
    {"vapour phase", "LN2"}, {"-150", "LN2"}, {"-196", "LN2"}, {"-190", "LN2"}, {"-180", "LN2"},
    {"-80", "-80"}, {"-70", "-80"}, {"-85", "-80"}, {"-86", "-80"}, {"ultra-low", "-80"},
    {"dry ice", "-80"}, {"-20", "-20"}, {"-25", "-20"}, {"-18", "-20"}, {"freezer", "-20"},
    {"frozen", "-20"}, {"4", "4"}, {"+4", "4"}, {"5", "4"}, {"2-8", "4"}, {"+2 - +8", "4"},
    {"fridge", "4"}, {"refrigerator", "4"}, {"refrigerated", "4"}, {"kylskap", "4"}, {"kyl", "4"},
    {"kuhlschrank", "4"}, {"refrigerateur", "4"}, {"rt", "RT"}, {"room temperature", "RT"},
    {"room temp", "RT"}, {"ambient", "RT"}, {"rumstemperatur", "RT"}, {"raumtemperatur", "RT"},
    {"temperature ambiante", "RT"}, {"20", "RT"}, {"21", "RT"}, {"22", "RT"}, {"25", "RT"},
    {"15-25", "RT"}, {"37", "37"}, {"incubator", "37"},
};

}  // namespace tracseq::sheets::names
