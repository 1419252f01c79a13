"""Rows of forty shops, a third style that nothing is fitted or tuned on: read its figures, not its rows.

Each shop has its region, way of writing and habits (accounting exports, scanned handwriting, chat lists, stickers,
native script); most rows have one or two noises, some none, a few are awful. Of shop_rows only the check that a row
is identifiable is shared.
"""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from tests.bench.matching.goods import Goods, Size, read_size, size_key
from tests.bench.matching.shop_rows import Catalog, Row, Word, tells_apart

# --- what words become ------------------------------------------------------------------------------------------------

# Spoken names in Latin letters. n north, p Punjab, g Gujarat, m Maharashtra, b Bengal, t Tamil Nadu, e Telugu country,
# k Karnataka, l Kerala, * all over.
_SPOKEN_ROWS: Final = """
salt n:namak,nimak p:loon g:mithu m:mith b:noon,lobon t:uppu e:uppu k:uppu l:uppu
sugar n:cheeni,chini p:khand g:khand m:sakhar b:chini t:sakkarai e:panchadara k:sakkare l:panchasara
rice n:chawal p:chaul g:chokha m:tandul b:chal t:arisi e:biyyam k:akki l:ari
flour n:aata p:aata g:lot m:pith b:aata t:maavu e:pindi k:hittu l:maavu
atta n:aata p:aatta g:lot m:kanik,pith b:ata t:gothumai-maavu k:godhi-hittu
tea *:chai n:chay,chai-patti g:cha m:chaha b:cha t:theyilai,tee e:teepodi k:chaha l:chaya
milk n:doodh p:dudh g:dudh m:dudh b:dudh t:paal e:paalu k:haalu l:paal
curd n:dahi p:dahi g:dahi m:dahi b:doi t:thayir e:perugu k:mosaru l:thairu
ghee n:ghee,ghi p:gheo g:ghee m:toop b:ghi t:nei e:neyyi k:tuppa l:neyyu
butter n:makhan p:makkhan g:makhan m:loni b:makhon t:vennai e:venna k:benne l:venna
oil *:tel n:tel t:ennai e:nune k:enne l:enna
honey n:shahad p:shehad g:madh m:madh b:modhu t:then e:tene k:jenu l:then
soap *:sabun n:sabun,saabun p:saban g:sabu m:saban b:saban t:soppu e:sabbu k:sabunu l:soppu
turmeric *:haldi n:haldi p:haldi g:haldar m:halad b:holud t:manjal e:pasupu k:arishina l:manjal
chilli *:mirchi n:mirch,mirchi p:mirch g:marchu m:mirchi b:lonka t:milagai e:mirapa k:menasinakai l:mulaku
coriander *:dhaniya n:dhaniya p:dhania g:dhana m:dhane b:dhone t:malli e:dhaniyalu k:kothambari l:malli
cumin *:jeera n:zeera,jeera g:jeeru m:jire b:jire t:seeragam e:jeelakarra k:jeerige l:jeerakam
mustard n:sarson,sarso p:saron g:rai m:mohri b:shorshe t:kadugu e:aavalu k:sasive l:kadugu
fenugreek *:methi n:methi g:methi m:methi b:methi t:vendhayam e:menthulu k:menthya l:uluva
cardamom *:elaichi n:ilaichi,elaychi g:elchi m:velchi b:elach t:elakkai e:elakulu k:elakki l:elakka
clove *:laung n:long,laung g:laving m:lavang b:lobongo t:krambu e:lavangam k:lavanga l:grambu
cinnamon *:dalchini g:taj m:dalchini b:darchini t:pattai k:chakke l:karuvapatta
asafoetida *:hing t:perungayam e:inguva k:ingu l:kayam
ginger *:adrak n:adrak g:aadu m:aale b:ada t:inji e:allam k:shunti l:inji
garlic *:lahsun n:lehsun g:lasan m:lasun b:roshun t:poondu e:vellulli k:bellulli l:veluthulli
onion *:pyaz n:pyaaj p:ganda g:dungri m:kanda b:peyaj t:vengayam e:ullipaya k:eerulli l:savala
potato *:aloo n:aalu g:batata m:batata b:alu t:urulai k:alugadde
tomato *:tamatar n:tamaatar g:tameta m:tamato t:thakkali l:thakkali
coconut n:nariyal p:nariyal g:nariyel m:naral b:narkel t:thengai e:kobbari k:thengu,kobbari l:thenga
mango n:aam p:amb g:keri m:amba b:aam t:mambazham e:mamidi k:maavu l:manga
lemon n:nimbu,neebu p:nimbu g:limbu m:limbu b:lebu t:elumichai e:nimma k:nimbe l:naranga
almond *:badam n:badaam t:badham l:badam
cashew *:kaju b:kaju t:mundhiri e:jeedipappu k:godambi l:kashuvandi
raisin *:kishmish g:kismis m:manuka t:dhratchai e:kismis k:drakshi
peanut n:moongphali,mungfali p:mungfali g:shing-dana m:shengdana b:badam-cheena t:verkadalai e:palli k:kadlekai
groundnut n:moongphali g:shing m:shengdana t:kadalai e:palli k:kadlekai
sesame *:til t:ellu e:nuvvulu k:ellu l:ellu
dal *:daal,dhal n:daal p:daal g:dal m:dal b:daal t:paruppu e:pappu k:bele l:parippu
toor *:arhar,tuar n:arhar g:tuver m:tur b:arhar t:thuvaram e:kandi k:togari l:thuvara
moong *:mung g:mag m:mug b:moog t:paasi e:pesara k:hesaru l:cherupayar
urad *:udad n:urd g:adad m:udid b:biuli t:ulundhu e:minapa k:uddina l:uzhunnu
chana n:channa,chane p:chole g:chana m:harbhara b:chola t:kadalai e:senaga k:kadale l:kadala
jaggery n:gur,gud p:gur g:gol m:gul b:gur t:vellam e:bellam k:bella l:sarkara
pickle n:achaar,aachar p:achar g:athanu m:lonche b:achar t:oorugai e:pachadi k:uppinakai l:achar
papad n:paapad g:paapad b:papor t:appalam e:appadam k:happala l:pappadam
wheat n:gehu,gehun p:kanak g:ghau m:gahu b:gom t:godhumai e:godhuma k:godhi l:gothambu
sooji n:suji g:ravo m:rava b:shuji t:ravai e:ravva k:rave l:rava
rava n:suji g:ravo m:rawa b:shuji t:ravai e:ravva k:rave l:rava
besan n:baisan p:vesan g:chana-lot b:beshon t:kadalai-maavu e:senagapindi k:kadle-hittu l:kadalamavu
poha n:chiwda,pohaa g:pauva m:pohe b:chire t:aval e:atukulu k:avalakki l:aval
vermicelli n:seviyan p:sevian g:sev m:shevaya b:shemai t:semiya e:semya k:shavige l:semiya
ragi m:nachni g:nagli t:kezhvaragu k:raagi
banana n:kela g:kela m:keli b:kola t:vazhai
rose n:gulab g:gulab m:gulab b:golap t:roja e:gulabi
saffron *:kesar b:jafran t:kungumapoo
mint *:pudina b:pudina t:pudhina
egg *:anda b:dim t:muttai e:guddu k:motte l:mutta
red n:lal p:laal g:lal m:lal b:lal t:sigappu k:kempu
black n:kala,kaali g:kala m:kala b:kalo t:karuppu k:kari
white n:safed p:chitta g:safed m:pandhra b:sada t:vellai k:bili
sandal n:chandan g:sukhad m:chandan b:chondon t:sandhanam k:srigandha
basil n:tulsi b:tulshi t:thulasi
tamarind n:imli g:aambli m:chinch b:tetul t:puli e:chintapandu k:hunase l:puli
"""
_TINTS: Final = frozenset(["red", "black", "white"])
_ON_SKIN: Final = frozenset(
    ["soap", "sandal", "rose", "turmeric", "basil", "almond", "coconut", "lemon", "honey", "saffron", "oil", "mustard"]
)
_FIXED: Final = {  # not said in another language beside these
    "butter": frozenset(["shea", "cocoa", "body", "peanut", "almond", "nut", "lip", "apple", "popcorn", "cashew"]),
    "milk": frozenset(["chocolate", "belgian", "shake", "bar", "choco"]), "salt": frozenset(["sea", "bath", "epsom"]),
    "tea": frozenset(["tree", "green", "white", "oolong"]), "oil": frozenset(["essential", "free", "control", "tree"]),
    "black": frozenset(["forest", "label"]), "red": frozenset(["label", "bull", "wine"]),
    "rose": frozenset(["english"]), "egg": frozenset(["free"]),
}  # fmt: skip
# Hindi words of the catalog that shops write in English (or another of its names).
_ENGLISH: Final = {
    "haldi": "turmeric", "jeera": "cumin", "dhania": "coriander", "badam": "almond", "kaju": "cashew", "chai": "tea",
    "elaichi": "cardamom", "kesar": "saffron", "namak": "salt", "uppu": "salt", "akki": "rice", "hittu": "flour",
    "mirchi": "chilli", "mirch": "chilli", "pudina": "mint", "methi": "fenugreek", "hing": "asafoetida",
    "dahi": "curd", "gulab": "rose", "achar": "pickle", "nimbu": "lemon", "aam": "mango", "chandan": "sandal",
    "kishmish": "raisin", "sakkare": "sugar", "sabudana": "sago", "makhana": "foxnut", "imli": "tamarind",
    "moongfali": "peanut", "sarson": "mustard", "adrak": "ginger", "til": "sesame", "suji": "semolina",
    "tulsi": "basil", "rava": "semolina", "sooji": "semolina", "besan": "gram flour",
}  # fmt: skip
# English goods words as they are heard.
_HEARD: Final = {
    "biscuit": "biskit biskoot bisket", "biscuits": "biskits biskut bisket", "cookies": "kukis cookes",
    "chocolate": "chaklate chokolate choklet", "shampoo": "shampo shempoo saimpoo", "soap": "sop soup",
    "conditioner": "condishner kandishnar", "toothpaste": "toothpest tuthpaste", "toothbrush": "tuthbrush toothbrash",
    "cream": "krim creem", "creme": "krim", "lotion": "loshan losan", "powder": "paudar powdar pouder",
    "detergent": "ditarjent deterjent", "liquid": "likwid likvid", "perfume": "parfume perfum", "juice": "joos jus",
    "sauce": "sos sauss", "ketchup": "kechup catchup", "noodles": "nudals noodels", "pasta": "paasta",
    "cheese": "chij cheez", "butter": "battar buttar", "bread": "bred", "coffee": "cofee kofi coffi",
    "masala": "masaala mashala", "strawberry": "strobery stroberi", "vanilla": "vanela venilla",
    "pineapple": "pineaple painapal", "orange": "orenge aurange", "apple": "appal aple", "hair": "heir hayer",
    "face": "fes fase", "wash": "wosh vash", "body": "bodi boddy", "spray": "sprey isprey", "deodorant": "deodrant",
    "cleaner": "cliner klinar", "floor": "flor", "toilet": "toylet tolet", "tissue": "tishu", "diaper": "daiper",
    "diapers": "daipers", "napkin": "nepkin", "container": "kantener containar", "bottle": "botal bottal",
    "steel": "isteel still", "plastic": "plastik", "brush": "brash", "bucket": "balti baket", "glass": "gilas",
    "organic": "organik arganic", "natural": "nechural naturel", "premium": "primium premiam",
    "special": "speshal ispecial", "classic": "clasik classik", "instant": "instent",
    "sunflower": "sanflower sunflawar", "refined": "rifined refind", "vinegar": "vinigar",
    "mayonnaise": "mayonise mayonese", "oats": "ots oates", "chips": "chipps", "wafer": "veffer", "wafers": "vefars",
    "cake": "kek", "cashew": "cashu", "pickle": "pikal pickel", "freshener": "freshner",
    "handwash": "hendwash handwosh", "sanitizer": "senitizer sanitiser", "moisturiser": "moishcharizer moisturizar",
    "moisturizer": "moisturizar", "sunscreen": "sanscreen", "lipstick": "lipistick", "perfumed": "parfumed",
    "vegetable": "vejetable", "yogurt": "yogart", "candy": "kandy", "protein": "protien protin",
    "vitamin": "vitamine vitmin", "capsules": "capsul capsules", "tablets": "teblet tablats",
    "coconut": "kokonut coconat", "lavender": "lavendar", "jasmine": "jasmin", "charcoal": "charcol",
    "lemon": "laiman", "ginger": "jinjar", "pepper": "pepar", "chicken": "chiken chikan", "mixed": "miksed mix",
    "roasted": "rosted", "salted": "solted", "fabric": "febric", "mosquito": "moskito", "cooker": "kukar",
    "pressure": "preshar",
}  # fmt: skip
_SAID_BRANDS: Final = {
    "britannia": "britania britaniya", "colgate": "colget kolgate", "cadbury": "cadbery kadbury",
    "nestle": "nesle neslay", "himalaya": "himaliya himalya", "dabur": "dabar", "patanjali": "patanjli patanjaly",
    "aashirvaad": "ashirwad ashirvad", "haldirams": "haldiram haldirm", "maggi": "magi maigi",
    "nescafe": "nescaffe neskafe", "horlicks": "horliks", "kelloggs": "kellogs kelogs",
    "sunfeast": "sanfeast sunfest", "dettol": "detol dettal", "lifebuoy": "lifeboy laifboy", "nivea": "niveya nivia",
    "garnier": "garniar garniyer", "pantene": "panteen pentene", "vaseline": "vaslin vesline",
    "lakme": "lakmi lakme'", "ponds": "pons pond's", "gillette": "gilette jilet", "pampers": "pempers",
    "huggies": "hugis", "whisper": "wisper vhisper", "harpic": "harpik", "lizol": "lyzol laizol",
    "godrej": "godrage godrez", "parachute": "parashoot pairashut", "saffola": "safola", "everest": "evrest everst",
    "kissan": "kisan", "tropicana": "tropikana", "palmolive": "pamolive", "sensodyne": "sensodine",
    "hersheys": "hershey hersheys", "yardley": "yardly", "biotique": "biotik biotic",
    "mamaearth": "mama-earth mamaerth", "baidyanath": "vaidyanath", "pedigree": "pedigri", "santoor": "santur",
    "fortune": "farchun", "tresemme": "tresme", "loreal": "lorial loreal's", "schwarzkopf": "shwarzkopf",
    "vatika": "vatica", "savlon": "sevlon", "odonil": "odonill", "veeba": "viba", "weikfield": "wakefield weikfeild",
    "cornitos": "kornitos", "borges": "borjes", "fiama": "fiyama", "unibic": "unibik", "organic": "organik",
    "parle": "parlay parley", "amul": "amool ammul", "sundrop": "sundrops", "kohinoor": "kohinur",
}  # fmt: skip
# Shorthand that shops have; the ones with ! nobody misreads.
_SHORT: Final = {
    "biscuit": "bis! bisc.! bsct", "biscuits": "bis! bscts", "chocolate": "chc chclt choc.!",
    "powder": "pow. pwdr! p.", "shampoo": "shamp! shp", "conditioner": "cndnr cond.!",
    "toothpaste": "tp t.paste! tpst", "toothbrush": "t.brush! tb", "detergent": "detg! dtrg", "liquid": "liqd! lq",
    "cream": "crm! cr", "lotion": "lot. ltion!", "premium": "prem.! pre", "organic": "orgn! org.",
    "natural": "nat. natl", "noodles": "nood. noodl!", "masala": "mas. masl!", "refined": "rfd! ref.",
    "sunflower": "sunf! s/f", "cleaner": "clr clnr.", "freshener": "frsh. frshnr", "deodorant": "deo! deod",
    "perfume": "perf. pfm", "sauce": "sauc sc.", "ketchup": "ketch! k'up", "container": "cont. cntnr",
    "stainless": "ss!", "bottle": "btl!", "plastic": "plast! pl.", "cookies": "cook. cky", "vegetable": "vegt. vegi",
    "chicken": "chkn! ckn", "coconut": "coco. c'nut!", "strawberry": "s.berry! strw", "vanilla": "van. vnla",
    "orange": "org orng!", "mixed": "mxd", "roasted": "roast! rst", "fresh": "frsh!", "classic": "clsc cls",
    "original": "orig. org'l", "moisturising": "moist", "moisturizing": "moist moistg", "face": "f/", "body": "bdy",
    "wash": "wsh", "hand": "hnd", "with": "w/!", "without": "w/o!", "green": "grn!", "black": "blk!", "white": "wht!",
    "yellow": "yel!", "brown": "brn", "large": "lrg! lg", "small": "sml sm", "medium": "med", "extra": "ex. xtra!",
    "special": "spl!", "regular": "reg!", "assorted": "asstd! ast", "pack": "pk!", "protein": "prot. protn",
    "capsules": "caps! cap", "tablets": "tabs! tab", "vitamin": "vit!", "multigrain": "mgrain mg",
    "instant": "inst! ins.", "flavour": "flv! flvr", "flavoured": "flvd flv.", "mineral": "min.", "packaged": "pkgd",
    "kitchen": "kitch. ktn", "essential": "ess.", "turmeric": "turm", "coriander": "corr. cori", "pepper": "ppr",
    "mango": "mng", "butter": "buttr btr", "cheese": "chs chese", "basmati": "bas. basm", "double": "dbl!",
    "bathing": "bath.", "perfumed": "perf.", "sandalwood": "sandal. s/wood", "lavender": "lav. lavn",
    "antiseptic": "antisep!", "disinfectant": "disinf! disft", "sanitary": "sani.", "women": "wmn", "men": "mens",
    "almond": "alm. almd", "almonds": "alm. almds",
}  # fmt: skip
# Words of Indian languages in the catalog: their Latin spelling follows the region.
_INDIC_WORDS: Final = """
haldi dhania jeera methi atta masala basmati idli dosa sambar rasam murukku chapati paneer rajma masoor moong
urad chana toor besan poha sooji rava ragi bajra jowar kesar badam pista elaichi mehendi neem tulsi amla bhujia
namkeen papad chutney pudina biryani garam chaat samosa kheer halwa ladoo laddu gulab jamun kadai tawa agarbatti
upma vada sona masuri kolam ghee khakhra chivda sabudana makhana bhringraj brahmi shikakai ashwagandha podi pudi
sattu gur thali diya kulfi lassi rasgulla sev mixture kachori paratha puri roti naan kurma korma kolhapuri
punjabi kashmiri bengali gujarati mysore hyderabadi chettinad sakthi aachi patanjali khadi himalaya baidyanath
vati churna arishta multani mitti haldiram kabuli desi tikka tandoori achari hing ajwain kasuri chakki
"""
_INDIC: Final = frozenset(_INDIC_WORDS.split())

# Meanings, in native script: Hindi, Marathi, Gujarati, Bengali, Tamil, Telugu, Kannada, Malayalam, Punjabi.
_LANGUAGES: Final = ("hi", "mr", "gu", "bn", "ta", "te", "kn", "ml", "pa")
_MEANT_ROWS: Final = """
salt|नमक|मीठ|મીઠું|নুন|உப்பு|ఉప్పు|ಉಪ್ಪು|ഉപ്പ്|ਨਮਕ
sugar|चीनी|साखर|ખાંડ|চিনি|சர்க்கரை|పంచదార|ಸಕ್ಕರೆ|പഞ്ചസാര|ਖੰਡ
rice|चावल|तांदूळ|ચોખા|চাল|அரிசி|బియ్యం|ಅಕ್ಕಿ|അരി|ਚੌਲ
flour|आटा|पीठ|લોટ|আটা|மாவு|పిండి|ಹಿಟ್ಟು|മാവ്|ਆਟਾ
atta|आटा|आटा|આટા|আটা|ஆட்டா|ఆటా|ಆಟಾ|ആട്ട|ਆਟਾ
tea|चाय|चहा|ચા|চা|டீ|టీ|ಚಹಾ|ചായ|ਚਾਹ
milk|दूध|दूध|દૂધ|দুধ|பால்|పాలు|ಹಾಲು|പാൽ|ਦੁੱਧ
ghee|घी|तूप|ઘી|ঘি|நெய்|నెయ్యి|ತುಪ್ಪ|നെയ്യ്|ਘਿਓ
oil|तेल|तेल|તેલ|তেল|எண்ணெய்|నూనె|ಎಣ್ಣೆ|എണ്ണ|ਤੇਲ
honey|शहद|मध|મધ|মধু|தேன்|తేనె|ಜೇನುತುಪ್ಪ|തേൻ|ਸ਼ਹਿਦ
butter|मक्खन|लोणी|માખણ|মাখন|வெண்ணெய்|వెన్న|ಬೆಣ್ಣೆ|വെണ്ണ|ਮੱਖਣ
curd|दही|दही|દહીં|দই|தயிர்|పెరుగు|ಮೊಸರು|തൈര്|ਦਹੀਂ
soap|साबुन|साबण|સાબુ|সাবান|சோப்பு|సబ్బు|ಸಾಬೂನು|സോപ്പ്|ਸਾਬਣ
turmeric haldi|हल्दी|हळद|હળદર|হলুদ|மஞ்சள்|పసుపు|ಅರಿಶಿನ|മഞ്ഞൾ|ਹਲਦੀ
chilli mirchi|मिर्च|मिरची|મરચું|লঙ্কা|மிளகாய்|మిర్చి|ಮೆಣಸಿನಕಾಯಿ|മുളക്|ਮਿਰਚ
coriander dhania|धनिया|धणे|ધાણા|ধনে|மல்லி|ధనియాలు|ಕೊತ್ತಂಬರಿ|മല്ലി|ਧਨੀਆ
cumin jeera|जीरा|जिरे|જીરું|জিরে|சீரகம்|జీలకర్ర|ಜೀರಿಗೆ|ജീരകം|ਜੀਰਾ
mustard|सरसों|मोहरी|રાઈ|সরষে|கடுகு|ఆవాలు|ಸಾಸಿವೆ|കടുക്|ਸਰ੍ਹੋਂ
fenugreek methi|मेथी|मेथी|મેથી|মেথি|வெந்தயம்|మెంతులు|ಮೆಂತ್ಯ|ഉലുവ|ਮੇਥੀ
cardamom elaichi|इलायची|वेलची|એલચી|এলাচ|ஏலக்காய்|ఏలకులు|ಏಲಕ್ಕಿ|ഏലക്ക|ਇਲਾਇਚੀ
clove cloves|लौंग|लवंग|લવિંગ|লবঙ্গ|கிராம்பு|లవంగాలు|ಲವಂಗ|ഗ്രാമ്പൂ|ਲੌਂਗ
cinnamon|दालचीनी|दालचिनी|તજ|দারচিনি|பட்டை|దాల్చిన చెక్క|ದಾಲ್ಚಿನ್ನಿ|കറുവപ്പട്ട|ਦਾਲਚੀਨੀ
ginger|अदरक|आले|આદુ|আদা|இஞ்சி|అల్లం|ಶುಂಠಿ|ഇഞ്ചി|ਅਦਰਕ
garlic|लहसुन|लसूण|લસણ|রসুন|பூண்டு|వెల్లుల్లి|ಬೆಳ್ಳುಳ್ಳಿ|വെളുത്തുള്ളി|ਲਸਣ
onion|प्याज|कांदा|ડુંગળી|পেঁয়াজ|வெங்காயம்|ఉల్లిపాయ|ಈರುಳ್ಳಿ|സവാള|ਪਿਆਜ਼
potato|आलू|बटाटा|બટાકા|আলু|உருளைக்கிழங்கு|బంగాళాదుంప|ಆಲೂಗಡ್ಡೆ|ഉരുളക്കിഴങ്ങ്|ਆਲੂ
tomato|टमाटर|टोमॅटो|ટામેટા|টমেটো|தக்காளி|టమాటా|ಟೊಮೆಟೊ|തക്കാളി|ਟਮਾਟਰ
coconut|नारियल|नारळ|નાળિયેર|নারকেল|தேங்காய்|కొబ్బరి|ತೆಂಗಿನಕಾಯಿ|തേങ്ങ|ਨਾਰੀਅਲ
mango|आम|आंबा|કેરી|আম|மாம்பழம்|మామిడి|ಮಾವಿನ|മാങ്ങ|ਅੰਬ
lemon|नींबू|लिंबू|લીંબુ|লেবু|எலுமிச்சை|నిమ్మ|ನಿಂಬೆ|നാരങ്ങ|ਨਿੰਬੂ
almond almonds badam|बादाम|बदाम|બદામ|কাঠবাদাম|பாதாம்|బాదం|ಬಾದಾಮಿ|ബദാം|ਬਦਾਮ
cashew cashews kaju|काजू|काजू|કાજુ|কাজু|முந்திரி|జీడిపప్పు|ಗೋಡಂಬಿ|കശുവണ്ടി|ਕਾਜੂ
raisins raisin|किशमिश|मनुका|કિસમિસ|কিশমিশ|உலர் திராட்சை|కిస్మిస్|ಒಣದ್ರಾಕ್ಷಿ|ഉണക്കമുന്തിരി|ਕਿਸ਼ਮਿਸ਼
peanut peanuts groundnut|मूंगफली|शेंगदाणे|શીંગદાણા|চিনাবাদাম|வேர்க்கடலை|వేరుశనగ|ಕಡಲೆಕಾಯಿ|നിലക്കടല|ਮੂੰਗਫਲੀ
dal|दाल|डाळ|દાળ|ডাল|பருப்பு|పప్పు|ಬೇಳೆ|പരിപ്പ്|ਦਾਲ
toor|अरहर|तूर|તુવેર|অড়হর|துவரம்|కంది|ತೊಗರಿ|തുവര|ਅਰਹਰ
moong|मूंग|मूग|મગ|মুগ|பாசி|పెసర|ಹೆಸರು|ചെറുപയർ|ਮੂੰਗੀ
urad|उड़द|उडीद|અડદ|বিউলি|உளுந்து|మినప|ಉದ್ದಿನ|ഉഴുന്ന്|ਉੜਦ
chana channa|चना|हरभरा|ચણા|ছোলা|கடலை|శనగ|ಕಡಲೆ|കടല|ਛੋਲੇ
besan|बेसन|बेसन|ચણાનો લોટ|বেসন|கடலை மாவு|శనగపిండి|ಕಡಲೆ ಹಿಟ್ಟು|കടലമാവ്|ਵੇਸਣ
jaggery|गुड़|गूळ|ગોળ|গুড়|வெல்லம்|బెల్లం|ಬೆಲ್ಲ|ശർക്കര|ਗੁੜ
pickle|अचार|लोणचे|અથાણું|আচার|ஊறுகாய்|ఊరగాయ|ಉಪ್ಪಿನಕಾಯಿ|അച്ചാർ|ਅਚਾਰ
papad|पापड़|पापड|પાપડ|পাঁপড়|அப்பளம்|అప్పడం|ಹಪ್ಪಳ|പപ്പടം|ਪਾਪੜ
wheat|गेहूं|गहू|ઘઉં|গম|கோதுமை|గోధుమ|ಗೋಧಿ|ഗോതമ്പ്|ਕਣਕ
egg eggs|अंडे|अंडी|ઈંડા|ডিম|முட்டை|గుడ్లు|ಮೊಟ್ಟೆ|മുട്ട|ਆਂਡੇ
banana|केला|केळी|કેળા|কলা|வாழைப்பழம்|అరటి|ಬಾಳೆಹಣ್ಣು|ഏത്തപ്പഴം|ਕੇਲਾ
rose|गुलाब|गुलाब|ગુલાબ|গোলাপ|ரோஜா|గులాబీ|ಗುಲಾಬಿ|റോസ്|ਗੁਲਾਬ
red|लाल|लाल|લાલ|লাল|சிவப்பு|ఎర్ర|ಕೆಂಪು|ചുവന്ന|ਲਾਲ
black|काला|काळा|કાળા|কালো|கருப்பு|నల్ల|ಕಪ್ಪು|കറുത്ത|ਕਾਲਾ
green|हरा|हिरवा|લીલા|সবুজ|பச்சை|పచ్చ|ಹಸಿರು|പച്ച|ਹਰਾ
white|सफेद|पांढरा|સફેદ|সাদা|வெள்ளை|తెల్ల|ಬಿಳಿ|വെള്ള|ਚਿੱਟਾ
saffron kesar|केसर|केशर|કેસર|জাফরান|குங்குமப்பூ|కుంకుమపువ్వు|ಕೇಸರಿ|കുങ്കുമപ്പൂ|ਕੇਸਰ
sesame|तिल|तीळ|તલ|তিল|எள்|నువ్వులు|ಎಳ್ಳು|എള്ള്|ਤਿਲ
ragi|रागी|नाचणी|રાગી|রাগি|கேழ்வரகு|రాగి|ರಾಗಿ|റാഗി|ਰਾਗੀ
sooji rava|सूजी|रवा|રવો|সুজি|ரவை|రవ్వ|ರವೆ|റവ|ਸੂਜੀ
poha|पोहा|पोहे|પૌંઆ|চিঁড়ে|அவல்|అటుకులు|ಅವಲಕ್ಕಿ|അവൽ|ਪੋਹਾ
vermicelli|सेवई|शेवया|વર્મિસેલી|সেমাই|சேமியா|సేమియా|ಶಾವಿಗೆ|സേമിയ|ਸੇਵੀਆਂ
"""
# The sound, in Devanagari; other scripts are written from it.
_SOUND_ROWS: Final = """
amul अमूल parle पारले britannia ब्रिटानिया tata टाटा colgate कोलगेट dabur डाबर patanjali पतंजलि haldirams हल्दीराम
nestle नेस्ले maggi मैगी cadbury कैडबरी himalaya हिमालया aashirvaad आशीर्वाद sunfeast सनफीस्ट mtr एमटीआर everest एवरेस्ट
mdh एमडीएच catch कैच fortune फॉर्च्यून saffola सफोला dove डव dettol डेटॉल lifebuoy लाइफबॉय nivea निविया harpic हार्पिक
lizol लाइज़ोल horlicks हॉर्लिक्स nescafe नेस्कैफे kissan किसान real रियल gillette जिलेट pampers पैंपर्स huggies हग्गीज
whisper व्हिस्पर godrej गोदरेज lakme लैक्मे garnier गार्नियर ponds पॉन्ड्स parachute पैराशूट biotique बायोटीक yardley यार्डली
khadi खादी sampann संपन्न fresho फ्रेशो royal रॉयल popular पॉपुलर eastern ईस्टर्न nandini नंदिनी kohinoor कोहिनूर
pedigree पेडिग्री engage एंगेज savlon सैवलॉन odonil ओडोनिल vaseline वैसलीन pantene पैंटीन palmolive पामोलिव axe एक्स
tattva तत्व harvest हार्वेस्ट sri श्री bb बीबी home होम mantra मंत्र signature सिग्नेचर lotus लोटस herbals हर्बल्स joy जॉय
shampoo शैंपू conditioner कंडीशनर biscuit बिस्किट biscuits बिस्किट cookies कुकीज़ chocolate चॉकलेट juice जूस powder पाउडर
masala मसाला noodles नूडल्स pasta पास्ता oats ओट्स cream क्रीम creme क्रीम lotion लोशन face फेस wash वॉश body बॉडी hair हेयर
hand हैंड sauce सॉस ketchup केचप jam जैम cake केक namkeen नमकीन bhujia भुजिया mix मिक्स gold गोल्ड fresh फ्रेश classic क्लासिक
vanilla वनीला strawberry स्ट्रॉबेरी aloe एलो vera वेरा neem नीम tulsi तुलसी amla आंवला organic ऑर्गेनिक natural नेचुरल
premium प्रीमियम basmati बासमती rajma राजमा masoor मसूर coffee कॉफी cheese चीज़ paneer पनीर bread ब्रेड chips चिप्स
toothpaste टूथपेस्ट toothbrush टूथब्रश brush ब्रश detergent डिटर्जेंट liquid लिक्विड cleaner क्लीनर floor फ्लोर toilet टॉयलेट
perfume परफ्यूम spray स्प्रे deodorant डियोड्रेंट orange ऑरेंज apple एप्पल pineapple पाइनएप्पल lavender लैवेंडर jasmine जैस्मिन
sandal सैंडल gel जेल mask मास्क scrub स्क्रब serum सीरम baby बेबी men मेन women वुमेन kids किड्स special स्पेशल super सुपर
pure प्योर whole होल mixed मिक्स्ड instant इंस्टेंट soup सूप idli इडली dosa डोसा sambar सांभर chicken चिकन garam गरम bottle बोतल
glass ग्लास steel स्टील plastic प्लास्टिक bucket बकेट pan पैन cooker कुकर lunch लंच box बॉक्स container कंटेनर bar बार candy कैंडी
vinegar विनेगर olive ऑलिव sunflower सनफ्लावर seeds सीड्स herbal हर्बल vitamin विटामिन protein प्रोटीन tablets टैबलेट
capsules कैप्सूल soft सॉफ्ट cool कूल mint मिंट charcoal चारकोल papaya पपाया cucumber कुकुंबर blue ब्लू pink पिंक
"""
_UNITS_NATIVE: Final = {  # g, kg, ml, L, pieces
    "hi": "ग्राम किलो मिली लीटर पीस", "mr": "ग्रॅम किलो मिली लिटर नग", "gu": "ગ્રામ કિલો મિલી લિટર નંગ",
    "bn": "গ্রাম কেজি মিলি লিটার পিস", "ta": "கிராம் கிலோ மிலி லிட்டர் பீஸ்", "te": "గ్రా కిలో మి.లీ. లీటర్ పీసులు",
    "kn": "ಗ್ರಾಂ ಕೆ.ಜಿ. ಮಿ.ಲೀ ಲೀಟರ್ ಪೀಸ್", "ml": "ഗ്രാം കിലോ മില്ലി ലിറ്റർ എണ്ണം", "pa": "ਗ੍ਰਾਮ ਕਿਲੋ ਮਿਲੀ ਲੀਟਰ ਪੀਸ",
}  # fmt: skip
_ZEROS: Final = {"hi": "०", "mr": "०", "gu": "૦", "bn": "০", "ta": "", "te": "", "kn": "೦", "ml": "", "pa": "੦"}
_BLOCKS: Final = {"gu": 0xA80, "bn": 0x980, "te": 0xC00, "kn": 0xC80, "ml": 0xD00, "pa": 0xA00}
_STRIKES: Final = {"ta": "்", "te": "్", "kn": "್", "ml": "്"}
_TAMIL_FROM: Final = "ऩकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौ्अआइईउऊएऐओऔंऑॉँळ"
_TAMIL_TO: Final = """
ன க க க க ங ச ச ஜ ஜ ஞ ட ட ட ட ண த த த த ந ப ப ப ப ம ய ர ல வ ஷ ஷ ஸ ஹ ா ி ீ ு ூ ே ை ோ ௌ ் அ ஆ இ ஈ உ ஊ ஏ ஐ ஓ ஔ ம் ஆ ா ம் ள
"""
_TAMIL: Final = dict(zip(_TAMIL_FROM, _TAMIL_TO.split(), strict=True))


_NASALS: Final = (("ं(?=[पफबभम])", "म्"), ("ं(?=[टठडढ])", "ण्"), ("ं(?=[तथदध])", "न्"), ("ं(?=[कखगघ])", "ङ्"))
_HABITS_OF_SCRIPT: Final[dict[str, tuple[tuple[str, str], ...]]] = {  # what a script does to Hindi's letters
    "gu": (("ै", "े"), ("ॉ", "ो"), ("ऑ", "ओ"), _NASALS[0]),
    "bn": (("वा|वॉ", "ओया"), ("व", "भ"), ("(?<!्)य", "\u092f\u093c"), ("ै", "्या"), ("ॉ", ""), ("ऑ", "अ"), ("ी", "ि"),
           ("ू", "ु"), ("ं(?=[टड])", "न्"), *_NASALS),
    "pa": (("िया", "ीआ"), ("्(?![रहव])", ""), ("ॉ", "ा"), ("ऑ", "आ")),
    "ta": (("ै", "े"), ("(?<!^)न(?!्?[तद])", "ऩ"), ("ी$", "ि"), *_NASALS),
    "te": (("ै", "्या"), ("ॉ", "ा"), ("ऑ", "आ"), ("ी$", "ि")),
    "kn": (("ै", "्या"), ("ॉ", "ा"), ("ऑ", "आ"), ("ी$", "ि")),
    "ml": (("ै", "ा"), ("ॉ", "ो"), ("ऑ", "ओ"), ("ी$", "ि"), *_NASALS),
}  # fmt: skip
_MALAYALAM: Final = (
    ("ണ്ട്$", "ന്റ്"),
    ("ട്$", "റ്റ്"),
    ("ര്(?=[^യവ]|$)", "ർ"),
    ("മ്$", "ം"),
    ("ന്$", "ൻ"),
    ("ല്$", "ൽ"),
    ("ള്$", "ൾ"),
)


def _spell_native(devanagari: str, language: str) -> str:
    """The Devanagari sound in another Indian script, as a sign painter would have it."""
    if language in {"hi", "mr"}:
        return devanagari
    text = unicodedata.normalize("NFD", devanagari).replace("़", "")
    for old, new in _HABITS_OF_SCRIPT[language]:
        text = re.sub(old, new, text)
    closed = "क" <= text[-1] <= "ह"  # the south says the last vowel unless it is struck out
    if language == "ta":
        made = "".join(_TAMIL[letter] for letter in text)
    else:
        moved = (chr(ord(each) - 0x900 + _BLOCKS[language]) for each in text)
        made = "".join(each for each in moved if unicodedata.name(each, ""))
    if closed and language in _STRIKES:
        made += _STRIKES[language]
    if language == "ml":
        for old, new in _MALAYALAM:
            made = re.sub(old, new, made)
    return unicodedata.normalize("NFC", made)


def _read_spoken() -> dict[str, dict[str, list[str]]]:
    made: dict[str, dict[str, list[str]]] = {}
    for line in _SPOKEN_ROWS.strip().splitlines():
        word, *forms = line.split()
        by_region = {form[0]: form[2:].replace("-", " ").split(",") for form in forms}
        for each in (word, word + "s", "chilly" if word == "chilli" else word):
            made.setdefault(each, by_region)
    return made


def _read_native() -> dict[str, dict[str, str]]:
    made: dict[str, dict[str, str]] = {language: {} for language in _LANGUAGES}
    sounds = _SOUND_ROWS.split()
    for word, sound in zip(sounds[::2], sounds[1::2], strict=True):
        for language in _LANGUAGES:
            made[language][word] = _spell_native(sound, language)
    for line in _MEANT_ROWS.strip().splitlines():
        words, *forms = line.split("|")
        for word in words.split():
            for language, form in zip(_LANGUAGES, forms, strict=True):
                made[language][word] = form
    return made


_SPOKEN: Final = _read_spoken()
_NATIVE: Final = _read_native()
_FILLERS_WORDS: Final = """
with for and of in the a an to from by on your all per each is are very its made helps provides rich enriched
ideal perfect best good great delicious tasty healthy healthier nutritious goodness source high quality goes
easy use used suitable keeps gives makes supports loaded contains based types type long lasting daily everyday
care vary may assorted colours design durable pure natural naturally healthful imported handmade finest
traditional authentic real true homemade nourishing refreshing safe chemical chemicals gmo preservatives
certified hygienic hygienically eco friendly skin health immunity energy better feel
"""
_FILLERS: Final = frozenset(_FILLERS_WORDS.split())
_SMALL: Final = frozenset(["with", "for", "and", "of", "in", "the", "a", "an", "to", "from", "by", "on", "your"])
_DENIAL: Final = re.compile(r"\b(?:no|free|without|reduces|removes|zero|non)\b", re.IGNORECASE)
_BOAST: Final = re.compile(
    r"\s*(?:no|0%|zero|without|reduces|removes|free|all|for all|helps|suitable)\b", re.IGNORECASE
)

# --- what stands around the name --------------------------------------------------------------------------------------

_HSN: Final = ("0402", "0902", "0910", "1006", "1101", "1704", "1806", "1902", "1905", "2103", "2106", "2201", "3304",
               "3305", "3306", "3307", "34011190", "3402", "3808", "3924", "7323", "96032100", "19053100")  # fmt: skip
_ERP: Final = (
    "-NEW", "(O)", "(N)", "*", "-N", "#", "GST {rate}%", "@{rate}%", "HSN {hsn}", "HSN:{hsn}", "({hsn})", "/{hsn}",
    "-OLD", "(NEW)", "**", "-LS", "[T{rate}]", "TAX{rate}", "(NR)", ".", "-R", "IGST{rate}", "(OLD MRP)", "NEW MRP",
    "-F", "~", "(D)", "_1", "MRP{mrp}", "M.R.P.{mrp}/-", "(E)", "-A", "NS", "(DISC)", "- GST PAID",
)  # fmt: skip
_STICKERS: Final = (
    "Rs.{off} OFF", "₹{off} off", "({off}/- OFF)", "Save Rs {off}", "₹{mrp}/-", "Rs {mrp}/-", "@{mrp}/-", "MRP ₹{mrp}",
    "{mrp}rs", "Rs.{mrp} wala", "{mrp}/- only", "+Pen Free", "FREE PEN", "(Free Pouch)", "+ Spoon Free", "free scale",
    "WITH FREE GIFT", "gift inside", "{part}% Extra", "{part}% EXTRA FREE", "({part}% more)", "{part}% OFF",
    "BUY1GET1", "B2G1 FREE", "Buy 3 Get 1", "1 par 1 free", "OFFER", "Festive Offer", "SPL PRICE", "Scheme", "SALE",
    "worth ₹{off} free", "Price Off Rs {off}", "PO {off}/-", "Onam offer", "Pongal offer", "New Look", "Bumper offer",
    "{part}% ज्यादा", "मुफ्त चम्मच", "saver pack", "Win Gold Coin*",
)  # fmt: skip
_CHAT_FRONT: Final = ("- ", "• ", "👉 ", "✅ ", "*", "{n}) ", "{n}. ", "🛒", "# ", "-> ", "bhaiya ", "plz send ", "> ",
                      "☑️", "Sir ")  # fmt: skip
_CHAT_BACK: Final = (" hai kya", " available", " chahiye", " pls", " 🙏", " ✔", " - stock aaya", " ready stock", "...",
                     " @{mrp}", " rate {mrp}", " ={mrp}", " - {mrp}rs", " last 3 pcs left", " aaj aaya", " kal milega",
                     " ok", "!!", " (genuine)", " irukku", " ache", " che")  # fmt: skip
_REMARKS: Final = (
    "(old stk)", "-dmg", "exp 03/26", "Exp Feb27", "shelf-4", "R{n}", "godown", "no return", "fast", "slow mvg", "(J)",
    "check rate", "from Mahesh", "Balaji Agency", "party: Sri Venkateswara", "dup?", "sample", "lot {n}", "b/f", "c/o",
    "incl tax", "n/a", "do not order", "min 2", "counter", "top rack", "fridge", "sealed", "ltd stk",
    "(Anna nagar)", "2nd", "-do-", "opening stock", "purchase return", "bill pending", "as per sample", "batch K{n}",
)  # fmt: skip
_NEIGHBOURS: Final = {
    letter: "".join(row[near] for near in (place - 1, place + 1) if 0 <= near < len(row))
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for place, letter in enumerate(row)
}  # fmt: skip
_SCAN_UPPER: Final = {"O": "0", "I": "1l", "S": "5", "B": "8", "Z": "2", "G": "6", "L": "I", "M": ["RN"], "W": ["VV"],
                      "D": "O", "E": "F", "H": "N", "U": "V", "C": "G", "Q": "O"}  # fmt: skip
_SCAN_LOWER: Final = {"o": "0", "i": "1l", "l": "1I", "s": "5", "b": "6", "g": "9q", "z": "2", "m": ["rn"], "w": ["vv"],
                      "d": ["cl"], "e": "c", "h": "b", "u": "v", "a": "o", "n": "r", "t": "f"}  # fmt: skip
_DOUBTFUL: Final = frozenset("DEHUCQdehuant")  # taken for other letters, not for signs
_FIGURES: Final = "0123456789%"
_SCAN_DIGITS: Final = {"0": "OoO", "1": "lI|", "5": "S", "8": "B", "2": "Z"}


class _Shop(NamedTuple):
    """How one shop writes; ``region`` as in the table of spoken names, ``language`` of its script."""

    region: str
    language: str
    case: str
    gap: str
    units: Mapping[str, str]
    columns: float
    habits: Mapping[str, int]


_ERP_HABITS: Final = {"code": 9, "erp remark": 10, "short": 8, "glued": 3, "brand twice": 3, "size inside": 4,
                      "split": 2, "sticker": 3, "order": 2, "slip": 2, "unit": 3}  # fmt: skip
_TRADES: Final[tuple[tuple[int, Mapping[str, int]], ...]] = (  # of forty shops
    (12, _ERP_HABITS),
    (5, {"scan word": 10, "scan size": 7, "scan spaces": 6, "regional": 3, "spoken": 4, "short": 2, "unit": 2}),
    (6, {"chat": 10, "spoken": 6, "regional": 4, "heard": 6, "unit": 5, "slip": 4, "brand said": 3, "order": 2}),
    (4, {"sticker": 12, "glued": 4, "short": 2, "slip": 2, "unit": 2, "brand twice": 2, "remark": 2}),
    (4, {"native": 30, "native size": 6, "spoken": 3, "remark": 2, "sticker": 1}),
    (5, {"regional": 8, "spoken": 10, "heard": 6, "unit": 4, "order": 3, "brand said": 4, "remark": 2}),
    (4, {"slip": 8, "glued": 4, "split": 4, "order": 3, "english": 8, "remark": 3, "unit": 3, "brand twice": 2}),
)
_REGIONS: Final = "nnnnnnnnnnnnpppggggmmmmbbbbttttteeekkkll"  # of forty shops
_SPEAKS: Final = {"n": "hi", "p": "pa", "g": "gu", "m": "mr", "b": "bn", "t": "ta", "e": "te", "k": "kn", "l": "ml"}


def _open_shops() -> list[_Shop]:
    dice = random.Random("forty shops")
    regions = dice.sample(_REGIONS, len(_REGIONS))
    made = []
    for count, habits in _TRADES:
        for _ in range(count):
            region = regions.pop()
            language = _SPEAKS[region] if dice.random() < 0.85 else "hi"
            case = dice.choices(("upper", "lower", "as is", "title"), (45, 20, 25, 10))[0]
            if "chat" in habits:
                case = dice.choice(("lower", "as is", "title"))
            units = {
                "g": dice.choice(("g", "gm", "gms", "G", "GM", "Gm", "grm")),
                "kg": dice.choice(("kg", "kg", "KG", "Kg", "kgs")),
                "ml": dice.choice(("ml", "ML", "ml", "Ml")),
                "L": dice.choice(("L", "ltr", "LTR", "lt", "Ltr", "lit", "l")),
                "pc": dice.choice(("pcs", "PCS", "pc", "N", "nos", "U", "'s")),
            }
            columns = dice.choice((0.0, 0.05, 0.05, 0.4))
            made.append(_Shop(region, language, case, dice.choice(("", "", " ")), units, columns, habits))
    return made


_SHOPS: Final = _open_shops()


# --- writing a row ----------------------------------------------------------------------------------------------------


def unseen_rows(goods: Sequence[Goods], n: int, seed: int, *, catalog: Sequence[Goods] | None = None) -> list[Row]:
    """n rows to judge by; ``catalog`` is what they must be told apart in, if it is more than ``goods``."""
    dice = random.Random(f"unseen {seed}")
    shelves = Catalog(goods if catalog is None else catalog)
    made: list[Row] = []
    rounds = 0
    while len(made) < n and rounds < 12:
        rounds += 1
        for each in dice.sample(goods, len(goods)):
            if len(made) == n:
                break
            if read_size(each.net_quantity).unit not in {"g", "ml", "pc"}:
                continue
            if size_key(each.net_quantity) == "1pc" and dice.random() < 0.6:  # a website has more of these than shops
                continue
            shop = dice.choice(_SHOPS)
            sized = dice.random() < 0.72
            for care in range(5):
                row = _Draft(each, shop, dice, shelves, care).row(sized or care > 2)
                if row is not None:
                    made.append(row)
                    break
    return made


def _split(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['.-][^\W_]+)*%?", text)


def _like(text: str, model: str) -> str:
    """The text in the case of the model."""
    if model.isupper() and len(model) > 1:
        return text.upper()
    return text.title() if model[:1].isupper() else text


def _by_region(word: str, region: str, dice: random.Random) -> str:
    """A word of an Indian language as the region spells it in Latin letters."""
    if region in "tlek":
        ways = [re.sub("t(?!h)t?", "th", word), re.sub("d(?!h)", "dh", word), re.sub("sh?", "s", word),
                re.sub("a$", "ai" if region == "t" else "aa", word), word.replace("v", "w")]  # fmt: skip
    elif region == "b":
        ways = [re.sub("a", "o", word, count=1), word.replace("s", "sh").replace("shh", "sh"), word.replace("v", "bh"),
                re.sub("a(?=[lrn]a)", "o", word), word.replace("z", "j")]  # fmt: skip
    elif region == "g":
        ways = [word.replace("ee", "i"), word.replace("oo", "u"), re.sub("a$", "o", word), word.replace("ph", "f"),
                word.replace("z", "j")]  # fmt: skip
    elif region == "p":
        ways = [re.sub("([aeiou])([nlskpm])(?=[aeiou])", r"\1\2\2", word, count=1), word.replace("v", "w"),
                re.sub("ee?", "i", word), word.replace("bh", "b")]  # fmt: skip
    else:
        ways = [word.replace("ee", "i"), word.replace("oo", "u"), re.sub("a$", "aa", word), word.replace("i", "ee", 1),
                word.replace("v", "w"), re.sub("a(?=[nlr])", "aa", word, count=1), word.replace("j", "z")]  # fmt: skip
    ways = [each for each in ways if each != word]
    return dice.choice(ways) if ways else word


@dataclass
class _Draft:
    """One row on its way; ``care`` grows when what was written could mean other goods as well."""

    goods: Goods
    shop: _Shop
    dice: random.Random
    shelves: Catalog
    care: int
    line: list[Word] = field(default_factory=list)
    brand: list[Word] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    front: str = ""
    back: str = ""
    size_habits: set[str] = field(default_factory=set)
    language: str = ""

    def row(self, sized: bool) -> Row | None:
        dice, goods = self.dice, self.goods
        self.language = self.shop.language
        name = self._cased(self._name())
        self.brand = self._cased(_split(goods.brand))
        where = dice.choices(("front", "column", "both", "end", "absent"), (66, 13, 10, 3, 8 if self.care < 2 else 0))[
            0
        ]
        if where in {"front", "both"}:
            head = [word.written.casefold() for word in name[: len(self.brand)]]
            again = head == [word.written.casefold() for word in self.brand]
            self.line = name if again else self.brand + name
        else:
            self.line = name + self.brand if where == "end" else name
        if where == "absent":
            self.done.append("no brand")
        if not 1 <= len(self.line) <= 11:  # nobody types a website's whole description
            return None
        count = dice.choices((0, 1, 2, 3, 4), (12, 42, 33, 9, 4))[0]
        self._make_noise(count)
        size = self._size() if sized else None
        said = self.line + (self.brand if where == "column" else [])
        if not self._clear(said, None if size is None else size_key(goods.net_quantity)):
            return None
        if size is None:
            self.done = [kind for kind in self.done if kind not in _SIZE_KINDS]
        noises = len(self.done) - ("no brand" in self.done)
        if noises >= 4:
            self.done.append("awful")
        if noises == 0:
            self.done.append("clean")
        if size is None:
            self.done.append("no size")
        text, column = self._assemble(size)
        shown = goods.brand if where in {"column", "both"} and goods.brand else None
        return Row(text, shown, column, self._mrp(), goods.goods_id, tuple(self.done))

    def _clear(self, said: list[Word], size: str | None) -> bool:
        """Is it identifiable by what is meant, and by what is literally there?"""
        if not self.shelves.identifiable(self.goods, said, size):
            return False
        literal = [
            Word(word.written, word.written)
            if word.written != word.origin and word.written.casefold() in self.shelves.vocabulary
            else word
            for word in said
        ]
        return literal == said or self.shelves.identifiable(self.goods, literal, size)

    def _name(self) -> list[str]:
        """The head of a website's name, and of its tail what tells goods apart."""
        if "+" in self.goods.name:  # a combination is all of its parts
            return _split(self.goods.name)
        head, *tails = re.split(r" - |, | \| |\(|: |; ", self.goods.name)
        words = _split(head)
        if self.care >= 3:
            return _split(self.goods.name)
        if len(words) > 3:
            words = [word for word in words if word.casefold() not in _SMALL or self.dice.random() < 0.3]
        for tail in tails:
            own = _split(tail)
            if not own or (_BOAST.match(tail) and self.care < 2):
                continue
            telling = any(tells_apart(word) for word in own)
            chance = (0.97 if telling else 0.85) if len(own) <= 4 else 0.45
            if self.care == 2 or self.dice.random() < chance:
                words += [word for word in own if tells_apart(word) or word.casefold() not in _FILLERS]
            elif telling and len(own) > 4 and not _DENIAL.search(tail):
                words += [word for word in own if tells_apart(word)]
        return [word for place, word in enumerate(words) if word not in words[: max(0, place - 1)]]  # "Peri Peri" stays

    def _cased(self, words: Iterable[str]) -> list[Word]:
        case = self.shop.case
        if case == "as is":
            return [Word(word, word) for word in words]
        return [
            Word(word, word.upper() if case == "upper" else word.lower() if case == "lower" else word.capitalize())
            for word in words
        ]

    def _make_noise(self, count: int) -> None:
        habits = dict.fromkeys(_NOISES, 1) | dict(self.shop.habits)
        if "native" not in self.shop.habits:
            habits["native"] = 3  # few names have enough words for it
            habits["native size"] = 0
        for kind, times in {"spoken": 3, "heard": 2, "regional": 5, "english": 6, "brand said": 4, "native": 2}.items():
            habits[kind] *= times  # seldom possible, so wanted the more where it is
        while len(self.done) - ("no brand" in self.done) < count and any(habits.values()):
            kind = self.dice.choices(list(habits), list(habits.values()))[0]
            del habits[kind]
            if _NOISES[kind](self):
                self.done.append(kind)
                for other in _CLASHES.get(kind, ()):
                    habits.pop(other, None)

    # noises on words: did it find something to do?

    def _swap(self, chance: float, change: Callable[[Word], Word | None], most: int = 9, check: bool = False) -> bool:
        """Changes words, at least one, with this chance for each of them; ``check``: no other word may come out."""
        found = list[tuple[int, Word]]()
        for place, word in enumerate(self.line):
            new = change(word)
            if new is None or new.written == word.written:
                continue
            if check and new.written.casefold() in self.shelves.vocabulary:
                continue
            found.append((place, new))
        if not found:
            return False
        chosen = [each for each in found if self.dice.random() < chance] or [self.dice.choice(found)]
        for place, new in self.dice.sample(chosen, min(most, len(chosen))):
            self.line[place] = new
        return True

    def spoken(self) -> bool:
        food = not re.search(
            "beauty|hygiene|baby|clean|household|kitchen|garden|pets", self.goods.category, re.IGNORECASE
        )
        said = [word.written.casefold() for word in self.line]
        staple = any(low in _SPOKEN and low not in _TINTS for low in said)

        def change(word: Word) -> Word | None:
            low = word.written.casefold()
            forms = _SPOKEN.get(low)
            if forms is None or word in self.brand or (not food and low not in _ON_SKIN):
                return None
            place = said.index(low)
            around = {*said[max(0, place - 1) : place], *said[place + 1 : place + 2]}
            if (low in _TINTS and not staple) or around & _FIXED.get(low, frozenset()):
                return None
            own = forms.get(self.shop.region) or forms.get("*") or forms.get("n")
            return Word(word.origin, _like(self.dice.choice(own), word.written)) if own else None

        return self._swap(0.75, change)

    def english(self) -> bool:
        def change(word: Word) -> Word | None:
            form = None if word in self.brand else _ENGLISH.get(word.written.casefold())
            if any(other.written.casefold() == form for other in self.line):  # "rice/akki" says both
                return None
            return Word(word.origin, _like(form, word.written)) if form else None

        return self._swap(0.9, change)

    def heard(self) -> bool:
        def change(word: Word) -> Word | None:
            forms = None if word in self.brand else _HEARD.get(word.written.casefold())
            return Word(word.origin, _like(self.dice.choice(forms.split()), word.written)) if forms else None

        return self._swap(0.6, change, 2, check=True)

    def brand_said(self) -> bool:
        def change(word: Word) -> Word | None:
            forms = _SAID_BRANDS.get(word.written.casefold())
            return Word(word.origin, _like(self.dice.choice(forms.split()), word.written)) if forms else None

        return self._swap(1, change, 1, check=True)

    def regional(self) -> bool:
        def change(word: Word) -> Word | None:
            low = word.written.casefold()
            if low not in _INDIC:
                return None
            return Word(word.origin, _like(_by_region(low, self.shop.region, self.dice), word.written), sure=False)

        return self._swap(0.7, change, check=True)

    def short(self) -> bool:
        def change(word: Word) -> Word | None:
            low = word.written.casefold()
            if word in self.brand:
                return None
            if forms := _SHORT.get(low):
                form = self.dice.choice(forms.split())
                return Word(word.origin, _like(form.rstrip("!"), word.written), form.endswith("!"))
            if len(low) < 7 or not (low.isascii() and low.isalpha()) or self.dice.random() < 0.7:
                return None
            if self.dice.random() < 0.5:
                form = low[: self.dice.randint(5, 6)] + self.dice.choice((".", ""))
            else:
                form = low[0] + re.sub("[aeiou]", "", low[1:])
            return Word(word.origin, _like(form, word.written), sure=False)

        return self._swap(0.5, change, 3, check=True)

    def native(self) -> bool:
        if self.dice.random() < 0.4:  # shops near a border, and nine scripts for few such shops
            self.language = self.dice.choice(_LANGUAGES)
        table = _NATIVE[self.language]
        known = [place for place, word in enumerate(self.line) if word.written.casefold() in table]
        if any(word.written.casefold() not in table for word in self.brand):  # half a brand is none
            known = [place for place in known if self.line[place] not in self.brand]
        if len(known) * 2 < len(self.line) or len(known) < 2:
            return False
        if self.dice.random() < 0.2:  # the brand stays as on the packet
            known = [place for place in known if self.line[place] not in self.brand] or known
        for place in known:
            word = self.line[place]
            self.line[place] = Word(word.origin, table[word.written.casefold()])
        alike = itertools.groupby(self.line, key=lambda word: word.written)  # "almond/badam" is one word now
        self.line = [next(group) for _, group in alike]
        if self.dice.random() < 0.5:
            self.size_habits.add("native size")
        return True

    def scan_word(self) -> bool:
        def change(word: Word) -> Word | None:
            text = word.written
            if len(text) < 4 or not text.isascii() or not text.isalpha() or not word.sure:
                return None
            table = {**_SCAN_UPPER, **_SCAN_LOWER}
            spots = [spot for spot, letter in enumerate(text) if letter in table]
            weights = [0.25 if text[spot] in _DOUBTFUL else 1 for spot in spots]
            sure = True
            for _ in range(2 if len(text) > 7 and self.dice.random() < 0.5 else 1):
                if not spots:
                    break
                spot = self.dice.choices(spots, weights)[0]
                at = spots.index(spot)
                spots, weights = spots[:at], weights[:at]  # a second one stands before it
                sure = sure and text[spot] not in _DOUBTFUL
                sign = self.dice.choice(table[text[spot]])
                if len(sign) == 2 and not word.written.isupper():
                    sign = sign.lower()
                text = text[:spot] + sign + text[spot + 1 :]
            if "rn" in word.written and self.dice.random() < 0.8:
                text = word.written.replace("rn", "m")
            return Word(word.origin, text, sure)

        return self._swap(0.4, change, 3, check=True)

    def slip(self) -> bool:
        def change(word: Word) -> Word | None:
            text = word.written
            if len(text) < 5 or not text.isascii() or not text.isalpha() or not word.sure:
                return None
            spot = self.dice.randrange(1, len(text) - 1)
            before, letter, after = text[:spot], text[spot], text[spot + 1 :]
            near = _like(self.dice.choice(_NEIGHBOURS[letter.casefold()]), letter * 2)
            swapped = before + after[0] + letter + after[1:]
            twice = before + letter + letter + after
            wrong = self.dice.choice(
                (before + near + after, text[: spot + 1] + near + after, before + after, twice, swapped)
            )
            return Word(word.origin, wrong, sure=False)

        return self._swap(0, change, 1, check=True)

    def parted(self) -> bool:
        def change(word: Word) -> Word | None:
            text = word.written
            if len(text) < 6 or not text.isascii() or not text.isalpha() or not word.sure:
                return None
            spot = self.dice.randint(2, len(text) - 3)
            if tells_apart(text[:spot]) or tells_apart(text[spot:]):
                return None
            return Word(word.origin, f"{text[:spot]} {text[spot:]}")

        return self._swap(0, change, 1)

    def _join(self, camel: bool) -> bool:
        pairs = [
            place for place, (one, two) in enumerate(itertools.pairwise(self.line))
            if one.written.isascii() and two.written.isascii() and one.sure and two.sure
            and not (one.written[-1:] in _FIGURES and two.written[:1].isdigit())
            and len(one.written) + len(two.written) > 5
        ]  # fmt: skip
        if not pairs:
            return False
        place = self.dice.choice(pairs)
        one, two = self.line[place], self.line[place + 1]
        text = one.written + two.written
        if camel and not text.isupper():
            text = "".join(each.written[:1].upper() + each.written[1:] for each in (one, two))
        self.line[place : place + 2] = [Word(f"{one.origin} {two.origin}", text)]
        return True

    def glued(self) -> bool:
        if not self._join(camel=True):
            return False
        letters = sum(len(word.written) for word in self.line)
        if letters <= 22 and self.dice.random() < 0.5:
            while self._join(camel=True):
                pass
        if self.dice.random() < 0.4:
            self.size_habits.add("glued size")
        return True

    def scan_spaces(self) -> bool:
        if self.dice.random() < 0.5:
            self.size_habits.add("glued size")
        return self._join(camel=False)

    # noises on the line

    def order(self) -> bool:
        if len(self.line) < 3:
            return False
        way = self.dice.random()
        if way < 0.4:
            self.line = [self.line[-1], *self.line[:-1]]
        elif way < 0.75 and len(self.brand) < len(self.line) and self.line[: len(self.brand)] == self.brand:
            self.line = self.line[len(self.brand) :] + self.brand
        else:
            place = self.dice.randrange(len(self.line) - 1)
            self.line[place], self.line[place + 1] = self.line[place + 1], self.line[place]
        return True

    def brand_twice(self) -> bool:
        if not self.brand or not any(word in self.line for word in self.brand):
            return False
        self.line = self.brand + self.line if self.dice.random() < 0.6 else self.line + self.brand
        return True

    def code(self) -> bool:
        dice = self.dice
        letters = "".join(word.written[:1] for word in self.line if word.written.isascii()).upper()[:4] or "IT"
        number = dice.randrange(1, 9999)
        barcode = f"8901{dice.randrange(10**8, 10**9)}"
        if dice.random() < 0.7:
            self.front += dice.choice((
                f"{letters}{number % 100:02d} ", f"{number:06d} ", f"{barcode} ", f"FG{number:05d}-",
                f"{letters}-{number % 1000} ", f"({number}) ", f"{number}.", f"I{number:04d}: ", f"{number} - ",
                f"A/{number % 500}/", f"{letters[:2]}/{number} ", f"{number:04d}_",
            ))  # fmt: skip
        else:
            self.back += dice.choice((
                f" -{letters}{number % 100}", f" [{number:05d}]", f" #{number}", f" /{letters[:2]}{number % 1000}",
                f" (C{number})", f" {barcode}", f" {{{number}}}",
            ))  # fmt: skip
        return True

    def _filled(self, form: str) -> str:
        mrp = self.goods.mrp
        return form.format(
            rate=self.dice.choice((0, 5, 12, 18, 28)), hsn=self.dice.choice(_HSN), n=self.dice.randrange(1, 60),
            mrp=f"{mrp.normalize():f}" if self.dice.random() < 0.5 else int(mrp),
            part=self.dice.choice((10, 15, 20, 25, 30, 33)),
            off=max(1, min(int(mrp) // 5, self.dice.choice((2, 3, 5, 7, 10, 20, 50)))),
        )  # fmt: skip

    def erp_remark(self) -> bool:
        mark = self._filled(self.dice.choice(_ERP))
        if mark.startswith("HSN") and self.dice.random() < 0.2:
            self.front = f"{mark} {self.front}"
        else:
            self.back += mark if mark[0] in "-*#._~/" and self.dice.random() < 0.6 else f" {mark}"
        return True

    def sticker(self) -> bool:
        mark = self._filled(self.dice.choice(_STICKERS))
        if self.dice.random() < 0.2:
            self.front = f"{mark} {self.front}"
        else:
            self.back += f" {mark}"
        return True

    def chat(self) -> bool:
        way = self.dice.random()
        if way < 0.65:
            self.front = self._filled(self.dice.choice(_CHAT_FRONT)) + self.front
            if self.front.startswith("*"):
                self.back = "*" + self.back
        if way > 0.4:
            self.back += self._filled(self.dice.choice(_CHAT_BACK))
        return True

    def remark(self) -> bool:
        self.back += f" {self._filled(self.dice.choice(_REMARKS))}"
        return True

    def _sizing(self, habit: str) -> bool:
        size = read_size(self.goods.net_quantity)
        if habit == "scan size" and size.unit == "pc" and size.amount < 10:  # "B N" is nothing to anybody
            return False
        if size_key(self.goods.net_quantity) == "1pc" and habit != "size inside":
            return False
        self.size_habits.add(habit)
        return True

    # the size

    def _size(self) -> str | None:
        dice, size, shop = self.dice, read_size(self.goods.net_quantity), self.shop
        if size.unit == "pc" and size.amount == 1 and size.pack == 1:
            if dice.random() < 0.2:
                return None
            unit = "pc" if shop.units["pc"] == "'s" else shop.units["pc"]
            return f"1{shop.gap}{unit}"
        plain = self._odd(size) if "unit" in self.size_habits else None
        if plain is None:
            large = size.unit != "pc" and size.amount >= 1000
            number = f"{(size.amount / 1000 if large else size.amount).normalize():f}"
            kind = {"g": "kg", "ml": "L"}[size.unit] if large else size.unit
            unit = shop.units[kind]
            gap = shop.gap if unit != "'s" else ""
            if "native size" in self.size_habits:
                unit = _UNITS_NATIVE[self.language].split()[("g", "kg", "ml", "L", "pc").index(kind)]
                gap = dice.choice(("", " "))
                if (zero := _ZEROS[self.language]) and dice.random() < 0.3:
                    number = "".join(chr(ord(zero) + int(each)) if each.isdigit() else each for each in number)
            if "scan size" in self.size_habits:
                number, unit, gap = self._misread(number, unit, gap)
            plain = f"{number}{gap}{unit}"
        if size.pack > 1:
            forms = ("{0}x{1}", "{0}X{1}", "{1}x{0}", "{1}X{0}", "{1} X {0}", "{0}*{1}", "{1} x {0}pcs",
                     "{1} {0}pc pack",
                     "{1} (pack of {0})", "{0} x {1}", "{1}*{0}N", "{1} set of {0}")  # fmt: skip
            plain = dice.choice(forms).format(size.pack, plain)
        return plain

    def _misread(self, number: str, unit: str, gap: str) -> tuple[str, str, str]:
        spots = [spot for spot, digit in enumerate(number) if digit in _SCAN_DIGITS]
        keep = len(number) > 1 and len(spots) == len(number) and set(number) != {"0"}
        chosen = self.dice.sample(spots, self.dice.randint(1, len(spots) - keep)) if spots else []
        if len(number) == 1 or unit == "l":
            gap, unit = " ", "ltr" if unit == "l" else unit
        number = "".join(
            self.dice.choice(_SCAN_DIGITS[digit]) if spot in chosen else digit for spot, digit in enumerate(number)
        )
        if "g" in unit and len(unit) > 1 and (not chosen or self.dice.random() < 0.3):
            unit = unit.replace("g", "9")
        elif unit in {"ml", "Ml"} and self.dice.random() < 0.3:
            unit = self.dice.choice(("rnl", "m1", "mI"))
        return number, unit, gap

    def _odd(self, size: Size) -> str | None:
        """Ways to write a size that take a second look."""
        dice, amount = self.dice, size.amount
        number = f"{amount.normalize():f}"
        if size.unit == "pc":
            forms = [f"{number} piece", f"{number}-pcs", f"{number} Nos."]
            if amount % 6 == 0 and amount <= 30:
                dozens = "1/2" if amount == 6 else f"{(amount / 12).normalize():f}"
                forms += [f"{dozens} {dice.choice(('dz', 'doz', 'dozen'))}"]
            return dice.choice(forms)
        small = {"g": ("gms", "grms", "gram", "Gm.", "gr.", "grams"), "ml": ("mls", "m.l.", "ml.", "Mltr", "mL")}[
            size.unit
        ]
        large = {"g": ("kgs", "K.G.", "kilo", "Kg.", "kilos"), "ml": ("ltr", "ltrs", "litre", "Lit.", "L", "liter")}[
            size.unit
        ]
        thousandth = amount / 1000
        forms = [f"{number} {dice.choice(small)}", f"{number}{dice.choice(small)}", f"{number}-{dice.choice(small)}"]
        if amount >= 1000:
            whole = f"{thousandth.normalize():f}"
            forms = [f"{whole} {dice.choice(large)}", f"{whole}{dice.choice(large)}", f"{whole}-{dice.choice(large)}"]
            forms += [f"{number} {dice.choice(small)}"] if amount <= 2000 else []
            forms += [f"{thousandth:.3f} {dice.choice(large)}", f"{thousandth:.1f}{dice.choice(large)}"] if (
                amount % 100 == 0) else []  # fmt: skip
        elif amount in {250, 500, 750}:
            part = {250: "1/4", 500: "1/2", 750: "3/4"}[int(amount)]
            said = {250: "pav", 500: "adha", 750: "pauna"}[int(amount)]
            unit = dice.choice(large)
            forms += [f"{part} {unit}", f"{thousandth.normalize():f} {unit}", f"{thousandth:.3f} {unit}",
                      f"{thousandth.normalize():f}{unit}".lstrip("0"), f"{part}{unit}"]  # fmt: skip
            if self.shop.region in "npgm" and dice.random() < 0.5:
                forms += [f"{said} {'kilo' if size.unit == 'g' else 'litre'}"]
        elif amount >= 100 and amount % 50 == 0:
            unit = dice.choice(large)
            forms += [
                f"{thousandth.normalize():f} {unit}",
                f"{thousandth.normalize():f}{unit}".lstrip("0"),
                f"{thousandth:.3f}{unit}",
            ]
        return dice.choice(forms)

    # the line

    def _assemble(self, size: str | None) -> tuple[str, str | None]:
        dice = self.dice
        words = [word.written for word in self.line]
        if size is not None and self.shop.case == "upper" and "scan size" not in self.size_habits:
            size = size.upper()
        if size is not None and dice.random() < self.shop.columns:
            return f"{self.front}{self._spaced(words)}{self.back}", size
        if size is None:
            return f"{self.front}{self._spaced(words)}{self.back}", None
        if "size inside" in self.size_habits and len(words) > 2:
            place = len(words) - dice.choice((1, 1, 2))
            if not (words[place - 1][-1:].isdigit() or words[place][:1].isdigit()):
                return f"{self.front}{' '.join([*words[:place], size, *words[place:]])}{self.back}", None
        if "glued size" in self.size_habits and not (words[-1][-1] in _FIGURES or size[0] in ".lIoOSBZ|"):
            return f"{self.front}{self._spaced(words)}{size}{self.back}", None
        if dice.random() < 0.04 and not self.front:
            return f"{size} {self._spaced(words)}{self.back}", None
        form = dice.choices(("{0} {1}", "{0} - {1}", "{0}-{1}", "{0} ({1})", "{0}, {1}"), (80, 6, 4, 6, 4))[0]
        return self.front + form.format(self._spaced(words), size) + self.back, None

    def _spaced(self, words: list[str]) -> str:
        text = " ".join(words)
        if self.dice.random() < 0.06:
            text = text.replace(" ", self.dice.choice(("-", "  ", ". ", "/", ", ", "_")), 1)
        return text

    def _mrp(self) -> Decimal | None:
        way = self.dice.random()
        if way < 0.65:
            return self.goods.mrp
        if way < 0.8:  # an old price, or the shop's own
            part = Decimal(self.dice.choice(("0.85", "0.9", "0.95", "0.97", "1.05")))
            return max(Decimal("1.00"), (self.goods.mrp * part).quantize(Decimal(1)) + Decimal("0.00"))
        return None


_NOISES: Final[dict[str, Callable[[_Draft], bool]]] = {
    "code": _Draft.code, "erp remark": _Draft.erp_remark, "short": _Draft.short, "glued": _Draft.glued,
    "brand twice": _Draft.brand_twice, "split": _Draft.parted, "sticker": _Draft.sticker, "order": _Draft.order,
    "slip": _Draft.slip, "scan word": _Draft.scan_word, "scan spaces": _Draft.scan_spaces, "chat": _Draft.chat,
    "remark": _Draft.remark, "spoken": _Draft.spoken, "regional": _Draft.regional, "heard": _Draft.heard,
    "brand said": _Draft.brand_said, "native": _Draft.native, "english": _Draft.english,
    "unit": lambda draft: draft._sizing("unit"), "scan size": lambda draft: draft._sizing("scan size"),
    "size inside": lambda draft: draft._sizing("size inside"),
    "native size": lambda draft: draft._sizing("native size"),
}  # fmt: skip
_SIZE_KINDS: Final = frozenset(["unit", "scan size", "size inside", "native size"])
_JOINED: Final = ("short", "split", "slip", "scan word", "regional", "spoken", "heard", "english", "native",
                  "brand twice", "brand said", "order")  # fmt: skip
_CLASHES: Final[dict[str, tuple[str, ...]]] = {
    "glued": (*_JOINED, "scan spaces"), "scan spaces": (*_JOINED[:2], "glued", "slip", "order", "native"),
    "native": ("glued", "scan spaces", "scan word", "slip", "scan size", "brand twice", "chat"),
    "unit": ("scan size", "native size"), "scan size": ("unit", "native size"), "slip": ("scan word", "short"),
    "native size": ("unit", "scan size"), "scan word": ("slip", "short"), "short": ("slip", "scan word"),
    "spoken": ("english",), "size inside": ("glued", "scan spaces"),
}  # fmt: skip
