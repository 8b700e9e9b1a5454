"""Words by the part that they play in a sentence: what tells a remark about somebody from words to them.

Folded, several languages in each part. They let what was learned from one language's or one trade's sentences
count in others: "he is lying" and "er lügt" both say that somebody absent deceives.
"""

# Of the languages that put spaces between words. A word may play several parts.
SPACED = {
    "reader": ("you your yours yourself u ur ya"),
    "absent": (
        "he she him her his hers himself herself hes shes er ihm ihn ihr ihre ihren ihrem ihrer dem el "
        "ella ellos ellas il elle lui ils elles leur they them their theirs theyre"
    ),
    "customer": (
        "customer customers client clients cust cx guest guests patient patients caller tenant buyer user "
        "applicant shopper kunde kunden kundin kundinnen gast patientin anrufer anruferin mieter mieterin "
        "kaufer kauferin nutzer besteller cliente clienta clientes huesped paciente comprador usuario "
        "usuaria inquilino patiente locataire acheteur acheteuse usager abonne abonnee"
    ),
    "person": (
        "guy lady dude bloke fella woman man kid gent chap typ tante alte alter herr frau mann dame tipo "
        "tipa senor senora chico chica tio tia hombre mujer fulano mec nana gars monsieur bonhomme type "
        "meuf"
    ),
    "anybody": (
        "anyone anybody someone somebody everyone everybody who whoever nobody jemand jmd wer wen wem "
        "keiner niemand alle einer alguien quien nadie todos quelqu un qui personne tous irgendwer "
        "irgendjemand alguno alguna ninguno aucun"
    ),
    "we": (
        "we us our ours wir uns unser unsere unseren unserem nosotros nosotras nos nuestro nuestra "
        "nuestros nuestras nous notre on wirs unsre"
    ),
    "self": ("i im ive ill id me my mine ich mir mich mein meine meinen yo mi mis je j moi mon ma mes"),
    "check": (
        "check approve proofread review verify confirm approval approved double-check sign lookover look "
        "glance read prufen pruf gegenlesen freigeben freigabe absegnen druberschauen drueberschauen "
        "schau schaut guck guckt schauen gucken revisar revisa revise visto aprobar aprueba mirar mira "
        "mirad echar verifier verifie relire relis relit valider valide validation jeter regarde regarder "
        "verif"
    ),
    "take": (
        "cover grab handle takeover escalate forward assign reassign transfer handover pick ubernehmen "
        "ubernimmt ubernehme ubergabe weiterleiten weiterleite eskalieren zuweisen coger cubrir encarga "
        "encargar encargo pasar pasa escalar derivar prendre reprendre reprend reprends transferer "
        "transmettre escalader"
    ),
    "send": (
        "send sent sending reply replying replied answer answered respond tell told telling say saying "
        "said promise promised promising mention write wrote offer schick schicken schicke schickt "
        "rausschicken abschicken raus antworten antworte antwortet sagen sag sagt sagst gesagt "
        "versprechen versprich versprochen erwahnen schreiben schreib schreibt anbieten mandar manda "
        "mandes mandamos enviar envia envies digas decir dile decirle digo dicho diga prometer prometas "
        "prometais responder responde respondo contesta contestar ofrecer envoyer envoie envoyez dire dis "
        "dit dites promettre promets promis repondre reponds repond repondu mentionner ecrire ecris "
        "proposer"
    ),
    "money": (
        "margin margins markup cost costs budget limit discount discounts goodwill voucher refund refunds "
        "comp write-off cap writeoff marge einkaufspreis einkauf kulanz rabatt spielraum deckel gutschein "
        "nachlass margen coste costo tope descuento cortesia compensacion plafond remise geste cout avoir"
    ),
    "tool": (
        "crm jira zendesk sap admin backend backoffice dashboard db database log logs ticket tickets "
        "system tool panel script salesforce hubspot erp wiki intranet confluence sheet excel akte kartei "
        "datenbank akten vermerk ficha sistema herramienta base registro expediente historial outil fiche "
        "dossier logiciel historique systeme"
    ),
    "fraud": (
        "fraud scam scammer fraudulent fake lying lie lies liar bluff bluffing suspicious shady dodgy "
        "fishy blacklist blacklisted chargeback abuse abusing betrug betruger luegt lugt lugen gelogen "
        "verdachtig dubios schwindel abzocke masche sperrliste estafa fraude falso miente mintiendo "
        "mentira sospechoso raro timo cuento arnaque faux ment mens mensonge louche suspect douteux "
        "bizarre"
    ),
    "mood": (
        "angry furious upset rude annoyed annoying pain nightmare livid fuming crazy weird picky "
        "difficult nice sweet poor lovely nervous impatient sauer wutend nervt nervig stinkig genervt "
        "anstrengend schwierig seltsam komisch traurig nett arme armer aufgebracht verargert unhoflich "
        "enfadado enfadada cabreado cabreada enojado molesto pesado pesada nervioso borde maleducado "
        "pobre maja majo furieux furieuse enerve enervee penible agace chiant relou pauvre gentil "
        "desagreable colere"
    ),
    "polite": (
        "thanks thank sorry apologies apologise apologize welcome please pleased happy glad hope kindly "
        "dear regards sincerely best hello hi danke vielen bitte gerne gern entschuldigung entschuldigen "
        "entschuldige tut leid herzlich herzliche freundliche grusse liebe lieber sehr geehrte guten "
        "hallo gracias siento disculpe disculpa disculpas perdon hola buenos buenas encantado gusto "
        "atentamente saludos estimado estimada favor merci desole desolee excusez excuse pardon bonjour "
        "bonsoir cordialement bienvenue plaisir cher chere veuillez"
    ),
    "shift": (
        "shift lunch break meeting standup handover vacation sick coffee canteen schicht pause feierabend "
        "mittag kantine urlaub krank kaffee besprechung fruhschicht spatschicht turno comida almuerzo "
        "descanso reunion vacaciones baja cafe cantina service dejeuner conges cantine releve equipe"
    ),
    "slang": (
        "lol lmao haha ugh omg fyi btw imo tbh wtf idk smh afaik oof yikes hmm puh boah uff tja naja oje "
        "mist krass eh halt mal ufff uf jaja madre joder vaya menudo ostras pff mdr ptdr bof oups punaise "
        "ouf ben bah tkt"
    ),
    "draft": (
        "draft wording phrasing version sentence paragraph template canned macro tone text entwurf "
        "formulierung textbaustein vorlage vorschlag fassung satz ton borrador redaccion plantilla frase "
        "tono texto brouillon formulation modele phrase texte tournure"
    ),
    "negation": ("dont don't nicht nichts kein keine no ni nada pas rien jamais never nie nunca"),
    "let": ("let lets lass lasst lassen dejad deja dejemos laisse laissez laissons"),
    "department": (
        "boss manager supervisor lead legal compliance finance billing accounting warehouse dispatch it "
        "dev devs engineering chef chefin leitung buchhaltung lager technik rechtsabteilung jefe jefa "
        "gerencia contabilidad almacen tecnica responsable compta comptabilite entrepot juridique "
        "technique direction"
    ),
    "formal reader": ("usted ustedes vous votre vos ihnen su sus"),
    "informal reader": (
        "du dich dir dein deine deinen deinem deiner deins tu tus ti contigo tuyo tuya te toi ton tes"
    ),
    "several readers": (
        "y'all guys folks lads all both euch euer eure euren eurem ihrs leute jungs madels vosotros "
        "vosotras os vuestro vuestra vuestros vuestras chicos chicas gente compis equipo muchachos tous "
        "toutes equipe gars copains team crew"
    ),
    "opinion": (
        "think thinks thought guess suspect suspects bet reckon believe believes sounds looks seems imo "
        "theory vote wager presumably probably maybe perhaps apparently obviously surely definitely "
        "honestly frankly tbh glaube glaub glaubt schatze schatz tippe tipp wette meine mein meint klingt "
        "scheint sieht vermute denke denk wohl vermutlich wahrscheinlich vielleicht anscheinend offenbar "
        "angeblich bestimmt ehrlich creo cree pienso supongo apuesto parece suena teoria voto sospecho "
        "seguramente quiza quizas igual probablemente capaz claramente obvio sinceramente crois croit "
        "pense parie dirait semble avis suppose soupconne surement probablement peut-etre apparemment "
        "clairement honnetement franchement"
    ),
    "close": (
        "close closed closing done sorted resolved parked finished reopen reopened schliessen schliesse "
        "geschlossen erledigt abgeschlossen geklart fertig abgehakt cerrar cierro cierra cerrado cerrarlo "
        "resuelto listo hecho aparcado clore fermer ferme clos cloturer cloture regle fini termine"
    ),
    "halt": (
        "wait hold stop pause stall park postpone delay warte warten wartet stopp halt hinhalten abwarten "
        "espera esperad esperen aguanta parad entretener entretenlo attends attendez patienter"
    ),
    "care": (
        "careful caution watch heads-up beware attention alert warning eye achtung vorsicht obacht "
        "aufpassen ojo cuidado cuidadito atencion alerta gaffe prudence mefiance"
    ),
    "law": (
        "sue sues suing lawyer lawyers court police press journalist gdpr lawsuit anwalt anwaltin klage "
        "klagt presse polizei gericht abogado abogada juicio prensa policia denuncia demanda periodista "
        "avocat avocate plainte huissier tribunal journaliste"
    ),
    "again": (
        "again third fourth fifth twice thrice times always everytime keeps wieder schon dreimal viermal "
        "zweimal immer dauernd standig nochmal otra vez siempre tercera cuarta veces dos tres encore "
        "toujours deja fois troisieme quatrieme"
    ),
    "swearing": (
        "damn crap shit bloody hell freaking fucking mist scheiss scheisse verdammt zum kotzen bock "
        "mierda cono joder puta hostia carajo pinche merde putain bordel foutre fout con marre ras"
    ),
    "block": (
        "block blocked ban banned flag flagged blacklist lock locked denied deny reject rejected refuse "
        "refused dispute sperren gesperrt sperr abgelehnt ablehnen verweigert blockieren bloquear bloqueo "
        "bloqueado rechazado rechazar denegado denegar bloquer bloque refuser rejet bannir"
    ),
    "relative": (
        "ex wife husband son daughter mother father mum dad brother sister neighbour cousin boyfriend "
        "girlfriend frau mann sohn tochter mutter vater bruder schwester nachbar oma opa esposa esposo "
        "marido mujer hijo hija madre padre hermano hermana vecino suegra femme mari fils fille mere pere "
        "frere soeur voisin grand-mere"
    ),
    "instruction": (
        "click open press select choose restart unplug plug enter type scan log download update try reply "
        "klicken klicke offnen drucken drucke wahlen starten tippen eingeben versuchen probieren laden "
        "nehmen kommen bringen haga clic abra pulse reinicie seleccione marque escriba descargue pruebe "
        "traiga desenchufe cliquez ouvrez appuyez choisissez redemarrez saisissez telechargez essayez "
        "debranchez apportez rendez indiquez notez"
    ),
    "order": (
        "parcel package order delivery tracking invoice receipt address payment booking reservation "
        "appointment account password paket bestellung lieferung sendung rechnung adresse zahlung buchung "
        "termin konto passwort paquete pedido entrega envio factura direccion pago reserva cita cuenta "
        "contrasena colis commande livraison suivi facture paiement rendez compte"
    ),
    "soon": (
        "today tomorrow within hours days minutes soon shortly asap monday friday heute morgen innerhalb "
        "stunden tage tagen minuten gleich bald montag freitag hoy manana dentro horas dias minutos "
        "pronto enseguida lunes viernes aujourd demain heures jours bientot lundi vendredi"
    ),
    "owner": ("yours mine whose deiner meiner wessen tuyo mio tien mien"),
    "approve": (
        "approve approved approval ok okay okayed sign-off signoff greenlight waive waived allow allowed "
        "cap floor ceiling max bewilligt genehmigt genehmigen freigegeben erlaubt grenze obergrenze "
        "aprobado aprobar autorizado autorizar visto tope maximo limite valide valider autorise accorde "
        "maximum"
    ),
    "spoke": (
        "called calls rang phoned spoke told asked promised complained angerufen telefoniert gesprochen "
        "gesagt gefragt versprochen beschwert llamo llama hablo dijo pidio prometio quejo appele appelle "
        "parle dit demande promis plaint"
    ),
    "story": (
        "story excuse trick game theatre drama act liar troll joke nonsense bullshit geschichte ausrede "
        "masche theater witz quatsch unsinn blodsinn historia excusa truco teatro chiste cuento tonteria "
        "histoire cinema blague conneries bobard"
    ),
    "food": (
        "pizza coffee cake lunch beer sandwich kaffee kuchen bier brotchen mittagessen cafe tarta pastel "
        "cerveza bocadillo gateau biere croissant"
    ),
    "office": (
        "printer charger kitchen fridge desk parking toilet window heating drucker ladekabel kuche "
        "kuhlschrank parkplatz heizung fenster impresora cargador cocina nevera oficina imprimante "
        "chargeur cuisine frigo clim"
    ),
    "clitic": ("le les lo la lui"),
}
# Japanese, found wherever it stands.
UNSPACED = {
    "customer": (
        "お客さん お客様 客 利用者 患者 相手 先方 本人 ご本人 この人 あの人 この方 あの方 この子 "
        "やつ 奴 おじさん おばさん あいつ こいつ 彼 彼女"
    ),
    "polite": (
        "ございます いたします いただ ください 下さい 申し訳 ありがとう お待ち 恐れ入 承り 承知 "
        "お願い ご確認 お手数 ご連絡 ご利用 お問い合わせ 失礼 お世話"
    ),
    "polite ending": ("です ます ません ました でした でしょう ましょう"),
    "plain ending": (
        "だよ だね だな かな かも よね っぽい らしい してる てる てた じゃん だけど けど だろ "
        "だし やばい ヤバ めんど まじ マジ 笑 ww w なんか ちょっと って とく といて ておいて "
        "しといて しよう する? でいい でok くれ ほしい 頼む よろ おk 了解 お疲れ おつ だった "
        "だから なの? なんで どうする どうしよ しといた やっとく もらう 無理 ダメ だめ いい? "
        "いいかな いる? ある? ない? わからん 知らん ごめん ありがと。 すみません、私"
    ),
    "anybody": ("誰か だれか みんな 皆 誰"),
    "check": ("チェック 見て 見といて 確認して 承認 添削 読んで レビュー 目を通"),
    "send": ("送る 送って 送ら 送信 返信 返事 返す 伝え 言わ 言って 言う 約束 案内して 回答 出す前"),
    "take": ("引き継 代わ 対応して 対応お願い 頼め 任せ エスカ 回して 振って 担当"),
    "money": ("原価 粗利 仕入れ 利益 値引き 割引 上限 予算 クーポン 返金"),
    "tool": (
        "管理画面 システム ログ 履歴 台帳 カルテ データ チケット 備考 メモ 社内 crm "
        "バックエンド スプシ エクセル"
    ),
    "fraud": ("詐欺 嘘 怪し クレーマー ブラックリスト 偽 不正 転売 常習"),
    "mood": ("怒って 怒り キレ うるさ めんどくさ 面倒 しつこ 機嫌 かわいそう 泣 イライラ 激怒 やさし いい人"),
    "shift": ("シフト 休憩 昼 ランチ 会議 ミーティング 早番 遅番 夜勤 日勤 退勤 上がり 明日 交代"),
    "department": (
        "店長 部長 課長 上司 社長 本部 倉庫 経理 法務 現場 エンジニア 開発 さん、 くん 先輩 リーダー 主任"
    ),
    "draft": ("下書き 文面 文案 テンプレ 定型文 言い回し 案 トーン"),
    "reader": ("あなた お宅 お客様の ご注文 ご予約 ご契約 ご自宅 ご都合 お届け お手元 お荷物 お名前 お電話"),
    "we": ("弊社 当社 当店 私ども うち こちら 当院 当館"),
    "instruction": ("クリック 押して 開いて 選択 お試し 再起動 入力 お持ち ご覧 お選び 抜いて"),
    "opinion": (
        "と思う と思い たぶん 多分 おそらく 絶対 どう見ても 気がする はず かもしれ 正直 ぶっちゃけ "
        "実は ちなみに 本当は 結局"
    ),
    "close": ("閉じ クローズ 解決 終わり 完了 対応済 処理済 片付"),
    "care": ("注意 気をつけ 要注意 危険 やめて やめと ストップ 待って 触らない"),
    "law": ("弁護士 訴え 裁判 警察 記者 マスコミ 新聞"),
    "again": ("また 三回目 二回目 何度も 毎回 いつも もう一"),
    "named": ("さんが さんに さんの さんは さん? さんへ さんも さん宛 さんって"),
    "approve": ("ok出 okもら 承認 許可 上限 まで可 ng 却下 否決 決裁 署名"),
    "spoke": ("電話きて 電話あっ 電話来 言って 言われ 聞かれ 怒鳴 問い合わせ来"),
}
