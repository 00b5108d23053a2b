//! Words with a dot that end no sentence.

/// In small letters, without the last dot.
const KNOWN: &str = "mr mrs ms mx dr prof st mt rev hon gov gen col capt lt sgt sen rep pres jr sr vs etc eg ie cf al approx \
    dept est fig inc ltd co corp no nos art arts para sec vol pp ed eds jan feb mar apr jun jul aug sep sept oct nov dec \
    mon tue wed thu fri sat sun ave blvd rd hr hrs min \
    hrn fr frl bzw ca usw evtl ggf inkl exkl nr abs str bd hrsg jh jhdt mio mrd tsd vgl zzgl sog geb gest tel dipl ing mag \
    \
    mme mlle mm env chap éd av boul \
    sra srta sres ud uds núm pág págs ee uu avda dpto \
    sig dott avv ecc \
    ул г гг им т тт д пр просп пл пер р руб коп тыс млн млрд см ср стр рис табл др пр проф акад доц св обл р-н гос зам \
    зав ген дир о с п ст ч кв корп эт тел напр тж вв в \
    вул м обл ім гр кг \
    көш ж жж м б мин сек \
    հ թ ս օր";

/// So many letters a word with a capital has at most that may be an abbreviation nobody has listed.
const SHORT_LETTERS_MAX: usize = 3;

/// Whether a word before a dot is an abbreviation, an initial or an ordinal number.
pub(super) fn is_abbreviation(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    let last = word.rsplit(['.', '-', '/']).next().unwrap_or_default();
    let letters = last.chars().count();
    let is_number = !last.is_empty() && letters <= 2 && last.chars().all(|c| c.is_ascii_digit());
    let is_short_name = letters <= SHORT_LETTERS_MAX && last.starts_with(char::is_uppercase);
    let lower = word.to_lowercase();
    letters <= 1
        || is_number
        || is_short_name
        || word.contains('.')
        || KNOWN.split_whitespace().any(|known| known == lower)
}
