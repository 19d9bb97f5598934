/// What is known of large providers, one row each: its name, words, the IMAP, POP3 and SMTP server, the ends of names of its mail
/// exchangers (MX), its domains. Parts end in a semicolon; what a line has no room for stands in the lines below it.
///
/// A server is `host` (TLS at the usual port), `host:port` (STARTTLS), `host:port+` (TLS at another port) or `host:port!`
/// (no encryption at all); `%` in it is the domain of the address.
///
/// The words: `local` (the login is the part before the @; else the whole address), `dot` (with a dot for the @),
/// `smtp=` (the same for sending, where it is another), `oauth=` (who gives tokens), `api=` (the provider's own interface),
/// `nopassword` (passwords are not taken), `app` (an app password is), `enable` (the access is switched on there first), `note=`
/// (ProviderTable.notes).
extension ProviderTable {
    static let rows = """
        Google; oauth=google api=gmail app; imap.gmail.com; pop.gmail.com; smtp.gmail.com; google.com googlemail.com smtp.goog;
          gmail.com googlemail.com jazztel.es nyu.edu
        Microsoft 365; oauth=microsoft api=graph nopassword; outlook.office365.com; outlook.office365.com; smtp.office365.com:587; mail.protection.outlook.com mx.microsoft;
          office365.com onmicrosoft.com .onmicrosoft.com
        Outlook.com; oauth=microsoft api=graph nopassword; outlook.office365.com; outlook.office365.com; smtp-mail.outlook.com:587; olc.protection.outlook.com;
          hotmail.com live.com msn.com outlook.com windowslive.com outlook.at outlook.be outlook.cl outlook.cz outlook.de
          outlook.dk outlook.es outlook.fr outlook.hu outlook.ie outlook.in outlook.it outlook.jp outlook.kr outlook.lv
          outlook.my outlook.ph outlook.pt outlook.sa outlook.sg outlook.sk outlook.co.id outlook.co.il outlook.co.th
          outlook.com.ar outlook.com.au outlook.com.br outlook.com.gr outlook.com.tr outlook.com.vn hotmail.be hotmail.ca
          hotmail.cl hotmail.cz hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it
          hotmail.lt hotmail.lv hotmail.my hotmail.nl hotmail.no hotmail.ph hotmail.rs hotmail.se hotmail.sg hotmail.sk
          hotmail.co.id hotmail.co.il hotmail.co.in hotmail.co.jp hotmail.co.kr hotmail.co.th hotmail.co.uk hotmail.co.za
          hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.hk hotmail.com.tr hotmail.com.tw hotmail.com.vn live.at
          live.be live.ca live.cl live.cn live.de live.dk live.fi live.fr live.hk live.ie live.in live.it live.jp live.nl
          live.no live.ru live.se live.co.jp live.co.kr live.co.uk live.co.za live.com.ar live.com.au live.com.mx
          live.com.my live.com.ph live.com.pt live.com.sg livemail.tw
        Yahoo; oauth=yahoo app; imap.mail.yahoo.com; pop.mail.yahoo.com; smtp.mail.yahoo.com; yahoodns.net; yahoo.com
          yahoo.ca yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.se yahoo.co.in yahoo.co.uk yahoo.co.nz yahoo.com.au
          yahoo.com.ar yahoo.com.br yahoo.com.mx ymail.com myyahoo.com rocketmail.com cox.net
        AOL; oauth=aol app; imap.aol.com; pop.aol.com; smtp.aol.com; mail.gm0.yahoodns.net; aol.com aim.com netscape.net
          netscape.com compuserve.com cs.com wmconnect.com aol.de aol.it aol.fr aol.es aol.se aol.co.uk aol.co.nz aol.com.au
          aol.com.ar aol.com.br aol.com.mx
        iCloud; local smtp=address app; imap.mail.me.com;; smtp.mail.me.com:587; mail.icloud.com; mac.com me.com icloud.com
        126.com; app enable; imap.126.com;; smtp.126.com;; 126.com
        163.com; app enable; imap.163.com;; smtp.163.com;; 163.com
        IONOS (1&1);; imap.1und1.de; pop.1und1.de; smtp.1und1.de; kundenserver.de schlund.de; online.de onlinehome.de
          sofortstart.de sofort-start.de sofortsurf.de sofort-surf.de go4more.de
        a1.net;; securemail.a1.net;; securemail.a1.net:587;; a1.net aon.at
        ACTIVE 24;; email.active24.com; email.active24.com; email.active24.com;; active24.com smtp.cz
        Alice Italy;; in.alice.it:143; in.alice.it:110; out.alice.it:587;; alice.it
        Aruba PEC;; imaps.pec.aruba.it; pop3s.pec.aruba.it; smtps.pec.aruba.it;; pec.it arubapec.it mypec.eu gigapec.it
          ingpec.eu
        AT&T; app; imap.mail.att.net; inbound.att.net; outbound.att.net;; ameritech.net att.net bellsouth.net currently.com
          flash.net nvbell.net pacbell.net prodigy.net sbcglobal.net snet.net swbell.net wans.net
        wind; local;; bay.wind.ne.jp:110!; bay.wind.ne.jp:587!;; bay.wind.ne.jp bay.wind.jp bay.wind.co.jp
          bay.gunmanet.or.jp bay.gunmanet.ne.jp
        BB-NIIGATA; local;; pop.bb-niigata.jp:110!; pop.bb-niigata.jp:25!;; bb-niigata.jp
        Bell;; imap.bell.net; pophm.sympatico.ca; smtphm.sympatico.ca:587;; bell.net sympatico.ca
        Biglobe;;; mail.biglobe.ne.jp; mail.biglobe.ne.jp;; biglobe.ne.jp
        Telstra;; imap.telstra.com; pop.telstra.com; smtp.telstra.com;; bigpond.com bigpond.net.au telstra.com bigpond.net
        Bluewin Mail;; imaps.bluewin.ch; pop3s.bluewin.ch; smtpauths.bluewin.ch;; bluewin.ch bluemail.ch
        Blueyonder: Virgin Media Mail;; imap4.blueyonder.co.uk; pop3.blueyonder.co.uk; smtp.blueyonder.co.uk;;
          blueyonder.co.uk
        BOL - Brasil Online; local; imap.bol.com.br; pop3.bol.com.br; smtps.bol.com.br;; bol.com.br
        ぷらら;;; mail.broba.cc:110!; mail.broba.cc:587!;; garnet.broba.cc amethyst.broba.cc coral.broba.cc
          diamond.broba.cc
        BT Mail;; mail.btinternet.com; mail.btinternet.com; mail.btinternet.com;; btinternet.com btopenworld.com
          talk21.com
        CC9; local; pop.cc9.ne.jp; pop.cc9.ne.jp; msa.cc9.ne.jp;; cc9.ne.jp
        CEK-Net;; imap.cek.ne.jp; mail.cek.ne.jp; smtpa.cek.ne.jp;; cek.ne.jp
        CenturyLink.net;; mail.centurylink.net; pop.centurylink.net; smtp.centurylink.net:587;; centurylink.net
          embarqmail.com
        CenturyTel.net;;; pop.centurytel.net; smtpauth.centurytel.net:587;; centurytel.net clds.net coastalnow.net
          cochill.net cswnet.com emadisonriver.com emadisonriver.net gallatinriver.net grics.net gulftel.com
          madisonriver.biz mebtel.net
        UCSF CGL email; local; plato.cgl.ucsf.edu;; plato.cgl.ucsf.edu:587;; cgl.ucsf.edu
        Charter Communications;; mobile.charter.net; mobile.charter.net; mobile.charter.net:587+;; charter.net
          spectrum.net bresnan.net
        CLIO-Net; local;; mail.clio.ne.jp:110!; mail.clio.ne.jp:587!;; clio.ne.jp
        Clustermail;; mail.clustermail.de; mail.clustermail.de; mail.clustermail.de:587;; clustermail.de
        wind; local;; co1.wind.ne.jp:110!; co1.wind.ne.jp:587!;; co1.wind.ne.jp co1.wind.jp
        wind; local;; co2.wind.ne.jp:110!; co2.wind.ne.jp:587!;; co2.wind.ne.jp co2.wind.jp
        wind; local;; co3.wind.ne.jp:110!; co3.wind.ne.jp:587!;; co3.wind.ne.jp co3.wind.jp
        Comcast;; imap.comcast.net; mail.comcast.net; smtp.comcast.net;; comcast.net
        CTY Mail;;; pops.cty-net.ne.jp; smtps.cty-net.ne.jp;; cty-net.ne.jp m2.cty-net.ne.jp m3.cty-net.ne.jp
          m4.cty-net.ne.jp m5.cty-net.ne.jp m6.cty-net.ne.jp m7.cty-net.ne.jp m8.cty-net.ne.jp m9.cty-net.ne.jp cty-net.com
        wind; local;; dan.wind.ne.jp:110!; dan.wind.ne.jp:587!;; dan.wind.ne.jp dan.wind.jp dan.wind.co.jp
          dan.gunmanet.or.jp dan.gunmanet.ne.jp
        Daum Mail; app enable; imap.daum.net;; smtp.daum.net;; daum.net
        IIJ4U; dot;; mbox.iij4u.or.jp:110; mbox.iij4u.or.jp:587;; dd.iij4u.or.jp ff.iij4u.or.jp hh.iij4u.or.jp
          kk.iij4u.or.jp nn.iij4u.or.jp pp.iij4u.or.jp rr.iij4u.or.jp ss.iij4u.or.jp bc.iij4u.or.jp bk.iij4u.or.jp
          bp.iij4u.or.jp bu.iij4u.or.jp
        domainFACTORY;; sslin.df.eu; sslin.df.eu; sslout.df.eu; ispgateway.de;
        DonDominio/MrDomain;; imap.dondominio.com; pop3.dondominio.com; smtp.dondominio.com;; dondominio.com
        EarthLink;; imap.earthlink.net; pop.earthlink.net; smtpauth.earthlink.net:587;; earthlink.net mindspring.com
          ix.netcom.com
        Plataforma EducaMadrid; local; imap.educa.madrid.org; pop.educa.madrid.org; smtp01.educa.madrid.org;;
          educa.madrid.org
        Elpasotel.net;; mail.elpasotel.net; pop3.elpasotel.net; smtp.elpasotel.net:587;; elpasotel.net
        email.it;; in.email.it; pop.email.it; out.email.it;; email.it
        Rackspace;; secure.emailsrvr.com;; secure.emailsrvr.com; emailsrvr.com;
        Fastweb;; imap.fastwebnet.it; pop.fastwebnet.it; smtp.fastwebnet.it:587;; fastwebnet.it
        Freebox; local; imap.free.fr; pop.free.fr; smtp.free.fr;; free.fr
        Gandi Mail;; mail.gandi.net; mail.gandi.net; mail.gandi.net; mail.gandi.net; gandi.net
        Gigahost Mail;; mail.gigahost.dk; mail.gigahost.dk; smtp.gigahost.dk:587; gigahost.dk; gigahost.dk
        GMX; enable; imap.gmx.com; pop.gmx.com; mail.gmx.com;; gmx.com gmx.tm gmx.us gmx.co.uk gmx.es gmx.fr gmx.ca gmx.cn
          gmx.co.in gmx.com.br gmx.com.my gmx.hk gmx.ie gmx.ph gmx.pt gmx.ru gmx.se gmx.sg gmx.tw gmx.com.tr gmx.it gmx.li
        GMX; enable; imap.gmx.net; pop.gmx.net; mail.gmx.net; mx00.emig.gmx.net mx01.emig.gmx.net; gmx.net gmx.de gmx.at
          gmx.ch gmx.eu gmx.biz gmx.org gmx.info mein.gmx mail.gmx email.gmx
        TVM-Net; local;; go.tvm.ne.jp:110!; go.tvm.ne.jp:25!;; go.tvm.ne.jp
        goo; local;; pop.mail.goo.ne.jp:110!; smtp.mail.goo.ne.jp:587!;; goo.jp
        G-Hosting;; imap.gransy.com; imap.gransy.com; smtp.gransy.com;; gransy.com internetserver.cz
        HAL; smtp=local;; mail.hal.ne.jp:110!; mail.hal.ne.jp:587!;; hal.ne.jp
        きたうら花ねっと; local;; mail.hana.or.jp:110!; mail.hana.or.jp:587!;; hana.or.jp
        Hetzner;; mail.your-server.de;; mail.your-server.de; your-server.de;
        SoftBank; local; imap.softbank.jp;; smtp.softbank.jp;; i.softbank.jp
        IC-NET; local;; mail.ic-net.or.jp:110!; smtp.ic-net.or.jp:587!;; ic-net.or.jp
        IIJmio; dot;; mbox.iijmio-mail.jp:110; mbox.iijmio-mail.jp:587;; iijmio-mail.jp miomio.jp miobox.jp e23.jp x-il.jp
        ケーブルテレビiネット飯山;; imap.iiyama-catv.ne.jp; mail.iiyama-catv.ne.jp; smtpa.iiyama-catv.ne.jp;; iiyama-catv.ne.jp
        Inbox;; mail.%; mail.%; mail.%;; inbox.lv inbox.eu inbox.lt inbox.la
        INET-SHIBATA; local;; po.inet-shibata.or.jp:110!; po.inet-shibata.or.jp:25!;; inet-shibata.or.jp
        IPAX Internet Services;; mail.ipax.at;; mail.ipax.at;; ipax.at
        IWAFUNE; local;; po.iwafune.ne.jp:110!; po.iwafune.ne.jp:25!;; iwafune.ne.jp
        Janis;; imaps.janis.or.jp; pops.janis.or.jp; smtps.janis.or.jp;; janis.or.jp
        JETINTERNET; local; imap.jet.ne.jp; pop.jet.ne.jp; smtp.jet.ne.jp;; jet.ne.jp
        JETINTERNET; local;; pop02.jet.ne.jp:110!; smtp02.jet.ne.jp:587!;; ji.jet.ne.jp
        KELCOM Internet;; pop.kelcom.net; pop.kelcom.net; smtp.kelcom.net:587;; kelcom.net
        wind; local;; kl.wind.ne.jp:110!; kl.wind.ne.jp:587!;; kl.wind.ne.jp kl.wind.jp kl.wind.co.jp kl.gunmanet.or.jp
          kl.gunmanet.ne.jp k1.wind.ne.jp k1.wind.jp k1.gunmanet.or.jp k1.gunmanet.ne.jp
        Kokuyou; local smtp=address;; mail.kokuyou.ne.jp:110!; smtp.kokuyou.ne.jp:25!;; kokuyou.ne.jp
        KPN E-mail;; imap.kpnmail.nl; pop.kpnmail.nl; smtp.kpnmail.nl;; kpnmail.nl kpnplanet.nl planet.nl wxs.nl hetnet.nl
          freeler.nl snelnet.net on.nl onsbrabantnet.nl onsmail.nl onsnet.nu onsneteindhoven.nl onsnetnuenen.nl xs4all.nl
          telfort.nl tip.nl tiscali.nl tiscalimail.nl
        LaPoste; local; imap.laposte.net; pop.laposte.net; smtp.laposte.net;; laposte.net
        Libero Mail;; imapmail.libero.it; popmail.libero.it; smtp.libero.it;; libero.it iol.it blu.it inwind.it giallo.it
        インターネットまほろば; local;; mail.mahoroba.ne.jp:110!; mail.mahoroba.ne.jp:587!;; mahoroba.ne.jp
        mail.com; enable; imap.mail.com; pop.mail.com; smtp.mail.com;; mail.com mail.org email.com post.com usa.com
          accountant.com consultant.com dr.com engineer.com cheerful.com techie.com linuxmail.org europe.com london.com
          uymail.com myself.com iname.com writeme.com 2die4.com activist.com adexec.com africamail.com aircraftmail.com
          alabama.usa.com alaska.usa.com allergist.com alumni.com alumnidirector.com americamail.com amorous.com angelic.com
          archaeologist.com arizona.usa.com artlover.com asia-mail.com atheist.com australiamail.com bartender.net
          berlin.com bigger.com bikerider.com birdlover.com blader.com boardermail.com brazilmail.com brew-master.com
          california.usa.com californiamail.com caress.com catlover.com chef.net chemist.com chinamail.com clerk.com
          cliffhanger.com collector.org columnist.com comic.com computer4u.com contractor.net coolsite.net counsellor.com
          count.com couple.com cutey.com cyberdude.com cybergal.com cyber-wizard.com dallasmail.com dbzmail.com
          deliveryman.com diplomats.com disciples.com doctor.com doglover.com doramail.com dublin.com earthling.net
          elvisfan.com englandmail.com europemail.com execs.com fan.com feelings.com financier.com fireman.net
          florida.usa.com footballer.com gardener.com geologist.com germanymail.com graduate.org graphic-designer.com
          hackermail.com hairdresser.net hilarious.com hockeymail.com homemail.com hot-shot.com hour.com humanoid.net
          illinois.usa.com innocent.com inorbit.com instruction.com instructor.net insurer.com irelandmail.com italymail.com
          japan.com journalist.com keromail.com kittymail.com koreamail.com lawyer.com legislator.com loveable.com
          lovecat.com mad.scientist.com madonnafan.com madrid.com marchmail.com mexicomail.com mindless.com minister.com
          mobsters.com monarchy.com moscowmail.com munich.com musician.org muslim.com newyork.usa.com null.net nycmail.com
          oath.com optician.com pacificwest.com petlover.com photographer.net playful.com poetic.com politician.com
          popstar.com presidency.com priest.com programmer.net publicist.com realtyagent.com reborn.com reggaefan.com
          religious.com repairman.com representative.com rescueteam.com revenue.com rocketship.com rockfan.com rome.com
          royal.net saintly.com salesperson.net sanfranmail.com scientist.com scotlandmail.com secretary.net seductive.com
          singapore.com snakebite.com songwriter.net soon.com spainmail.com teachers.org technologist.com texas.usa.com
          thegame.com therapist.net toke.com tokyo.com toothfairy.com tvstar.com umpire.com wallet.com webname.com
          weirdness.com who.net whoever.com winning.com witty.com worker.com workmail.com yours.com
        Yousee Mail;; imap.mail.dk; pop3.mail.dk; asmtp.mail.dk:587;; mail.dk
        mail.ee;; %; %; %;; mail.ee
        IWAFUNE; local;; mail.iwafune.ne.jp:110!; mail.iwafune.ne.jp:25!;; mail.iwafune.ne.jp
        Jubii Mail;; imap.jubii.dk; imap.jubii.dk; smtp.jubii.dk;; mail.jubii.dk christensen.dk christiansen.dk eriksen.dk
          frandsen.dk frederiksen.dk hansen.dk henningsen.dk henriksen.dk iversen.dk jacobsen.dk jakobsen.dk johansen.dk
          knudsen.dk larsen.dk laursen.dk madsen.dk mathiesen.dk mikaelsen.dk mikkelsen.dk mortensen.dk olesen.dk
          pedersen.dk petersen.dk poulsen.dk rasmussen.dk simonsen.dk sorensen.dk svendsen.dk thomsen.dk vestergaard.dk
          123mail.dk 12fuel.dk 12mail.dk 12move.dk 2night.dk 2senior.dk 9260.dk anarki.dk anderledes.dk backbone.dk
          bedstemail.dk begavet.dk bemybaby.dk bitnisse.dk city.dk cool.dk cyberdude.dk cyberjunkie.dk dancemail.dk e-box.dk
          elinstallatoer.dk elsker.dk elvis.dk email.dk e-mail.dk e-postboks.dk fald.dk fedt.dk feminin.dk flirt.dk
          forening.dk fraekkert.dk funkymail.dk gadefejer.dk gaf-net.dk gason.dk grin.dk groovymail.dk grov.dk hammergod.dk
          hardworking.dk heaven.dk heavymail.dk hemmelig.dk hippie.dk huleboer.dk husk-mig.dk hyperpost.dk iloveu.dk
          inbound.dk indbakke.dk infile.dk info.dk io.dk it.dk jubii.dk jubiichat.dk jubiiconnect.dk jubiigames.dk
          jubiimail.dk jubiipost.dk jubiipostadresse.dk jyde.dk klog.dk knus.dk krudt.dk kulturel.dk kvalme.dk lazy.dk
          lystig.dk mail4.dk mail6.dk mail8.dk maildanmark.dk mail-mig.dk mailroyal.dk mailster.dk manmail.dk maskulin.dk
          min-postkasse.dk minprivatemail.dk musling.dk natteliv.dk netbruger.dk nicemail.dk nospam.dk pedal.dk pengemand.dk
          pokerface.dk popme.dk postman.dk privatmail.dk privatpost.dk quake.dk ready.dk retromail.dk ringmybell.dk
          secret.dk sexysurfer.dk skrivnu.dk sleepy.dk sporty.dk submail.dk superbruger.dk talent.dk tanke.dk tastmig.dk
          taxidriver.dk teens.dk teknik.dk tjekket.dk trashcan.dk trustme.dk ungdom.dk video.dk vittig.dk wildwildweb.dk
          zoomail.dk zybermail.dk
        mail.ru; app; imap.mail.ru; pop.mail.ru; smtp.mail.ru; emx.mail.ru mxs.mail.ru; mail.ru inbox.ru list.ru bk.ru
          corp.mail.ru
        wind; local;; mail.wind.ne.jp:110!; mail.wind.ne.jp:587!;; mail.wind.ne.jp mail.wind.jp mail.wind.co.jp
          mail.gunmanet.or.jp mail.gunmanet.ne.jp mail.gunmanet.jp
        Fastmail; app; imap.fastmail.com; pop.fastmail.com; smtp.fastmail.com; messagingengine.com; fastmail.com fastmail.fm
          fastmail.net fastmail.org sent.com eml.cc
        MIT Mail; smtp=local oauth=microsoft api=graph nopassword; outlook.office365.com;; outgoing.mit.edu;; mit.edu
        IWAFUNE; local;; ml.murakami.ne.jp:110!; ml.murakami.ne.jp:25!;; ml.murakami.ne.jp
        Mnet メール サービス;; mail.mnet.ne.jp; mail.mnet.ne.jp; mail.mnet.ne.jp:587;; mnet.ne.jp
        mopera U; local; mail.mopera.net; mail.mopera.net; mail.mopera.net;; mopera.net
        TikiTiki; local smtp=address;; %:110!; smtp-auth.tiki.ne.jp:587!;; mx1.tiki.ne.jp mx2.et.tiki.ne.jp mx2.tiki.ne.jp
          mx2.wt.tiki.ne.jp mx3.et.tiki.ne.jp mx3.tiki.ne.jp mx4.et.tiki.ne.jp mx4.tiki.ne.jp mx5.et.tiki.ne.jp
          mx5.tiki.ne.jp mx6.et.tiki.ne.jp mx6.tiki.ne.jp mx7.tiki.ne.jp mx8.tiki.ne.jp mx9.tiki.ne.jp mx21.tiki.ne.jp
          mx22.tiki.ne.jp mx31.tiki.ne.jp mx32.tiki.ne.jp mx35.tiki.ne.jp mx36.tiki.ne.jp mx41.tiki.ne.jp mx51.et.tiki.ne.jp
          mx51.tiki.ne.jp mx52.tiki.ne.jp mx61.tiki.ne.jp mx71.tiki.ne.jp mx81.tiki.ne.jp mx82.tiki.ne.jp mx91.tiki.ne.jp
          ma100.tiki.ne.jp
        Naver; app enable; imap.naver.com; pop.naver.com; smtp.naver.com;; naver.com
        @nifty; local;; pop.nifty.com:110!; smtp.nifty.com:587!;; nifty.com
        Nili;; email.nili.email; email.nili.email; email.nili.email;; nili.ca
        NSAT;;; mail.nsat.jp:110!; mail.nsat.jp:587!;; nsat.jp
        NTL World: Virgin Media Mail;; imap.ntlworld.com; pop3.ntlworld.com; smtp.ntlworld.com;; ntlworld.com
        o2 Poczta; local enable; poczta.o2.pl; poczta.o2.pl; poczta.o2.pl;; o2.pl go2.pl tlen.pl prokonto.pl
        OCN;;; pop.ocn.ne.jp; smtp.ocn.ne.jp;; ocn.ne.jp ocn.ad.jp
        one.com;; imap.one.com;; send.one.com; one.com; one.com
        Webhosting Registrator.cz Mail;; imap.registrator.cz; pop3.registrator.cz; smtp.registrator.cz:587;; one.cz
        Onet Poczta;; imap.poczta.onet.pl; pop3.poczta.onet.pl; smtp.poczta.onet.pl;; onet.pl onet.eu poczta.onet.pl
          poczta.onet.eu op.pl vp.pl autograf.pl buziaczek.pl amorki.pl republika.pl adres.pl cyberia.pl onet.com.pl
          opoczta.pl pseudonim.pl spoko.pl vip.onet.pl
        Mail Orange;; imap.orange.fr; pop.orange.fr; smtp.orange.fr;; orange.fr wanadoo.fr
        OVH;; ssl0.ovh.net; ssl0.ovh.net; ssl0.ovh.net; mail.ovh.net ovh.net;
        OX Cloud EU;; imap.eu.appsuite.cloud; pop.eu.appsuite.cloud; smtp.eu.appsuite.cloud:587; cloudeu.xion.oxcs.net;
        OX Cloud US;; imap.us.appsuite.cloud; pop.us.appsuite.cloud; smtp.us.appsuite.cloud:587; cloudus.xion.oxcs.net;
        PARABOX; local;; pop3.parabox.or.jp:110!; smtp.parabox.or.jp:25!;; parabox.or.jp
        Portland State University Mail;; psumail.pdx.edu;; mailhost.pdx.edu;; pdx.edu
        PeoplePC;; imap.peoplepc.com:143!; pop.peoplepc.com:110!; smtpauth.peoplepc.com:587;; peoplepc.com
        wind; local;; po.wind.ne.jp:110!; po.wind.ne.jp:587!;; po.wind.ne.jp po.wind.jp po.wind.co.jp po.gunmanet.or.jp
          po.gunmanet.ne.jp
        Pobox;; mail.pobox.com; mail.pobox.com; smtp.pobox.com; pobox.com; pobox.com
        INET-SHIBATA; local;; %:110!; %:25!;; pop.shibata.ne.jp ml.shibata.ne.jp
        Poste Italiane PosteCert;; mail.postecert.it; mail.postecert.it; mail.postecert.it;; postecert.it
        Posteo;; posteo.de; posteo.de; posteo.de;; posteo.de posteo.at posteo.be posteo.ca posteo.ch posteo.cl posteo.co
          posteo.co.uk posteo.com posteo.com.br posteo.cr posteo.cz posteo.dk posteo.ee posteo.es posteo.eu posteo.fi
          posteo.gl posteo.gr posteo.hn posteo.hr posteo.hu posteo.ie posteo.in posteo.is posteo.it posteo.jp posteo.la
          posteo.li posteo.lt posteo.lu posteo.me posteo.mx posteo.my posteo.net posteo.nl posteo.no posteo.nz posteo.org
          posteo.pe posteo.pl posteo.pm posteo.pt posteo.ro posteo.se posteo.sg posteo.si posteo.tn posteo.uk posteo.us
        PenTeleData; local; promail.ptd.net; promail.ptd.net; promail.ptd.net;; ptd.net
        Q.com;; mail.q.com; mail.q.com; smtp.q.com:587;; q.com
        qq.com; app enable; imap.qq.com;; smtp.qq.com;; qq.com
        Rambler Mail;; imap.rambler.ru; pop.rambler.ru; smtp.rambler.ru;; rambler.ru
        Rediffmail;;; pop.rediffmail.com; smtp.rediffmail.com;; rediffmail.com
        RoadRunner/TWC;; mail.twc.com; mail.twc.com; mail.twc.com:587;; rr.com .rr.com
        Runestone Telecom Association; local;; mail.runestone.net; mail.runestone.net:587;; runestone.net
        SAPO Mail;; imap.sapo.pt; pop.sapo.pt; smtp.sapo.pt;; sapo.pt sapo.cv sapo.ao sapo.mz sapo.tl meo.pt
        schwaz.net;; imap.schwaz.net; pop3.schwaz.net; mail.schwaz.net;; schwaz.net
        Seznam;; imap.seznam.cz; pop3.seznam.cz; smtp.seznam.cz;; seznam.cz email.cz post.cz spoluzaci.cz
        SFR / Neuf;; imap.sfr.fr; pop.sfr.fr; smtp.sfr.fr;; sfr.fr neuf.fr club-internet.fr
        Sky Mail; app; imap.tools.sky.com; pop.tools.sky.com; smtp.tools.sky.com;; sky.com
        Proximus;; imap.proximus.be; pop.proximus.be; relay.proximus.be:587;; skynet.be proximus.be belgacom.net
          kidcity.be
        wind; local; so.wind.ne.jp:143!;; so.wind.ne.jp:587!;; so.wind.ne.jp so.wind.jp
        Strato;; imap.strato.de; pop3.strato.de; smtp.strato.de; rzone.de; strato.de
        UniVR;; univr.mail.cineca.it; univr.mail.cineca.it; univr.smtpauth.cineca.it;; studenti.univr.it
        Telekom;; secureimap.t-online.de; securepop.t-online.de; securesmtp.t-online.de;; t-online.de magenta.de
        TEOL.net Mail;; imap.teol.net; pop3.teol.net; smtp.teol.net;; teol.net mtel.tel
        Český hosting;; mail.cesky-hosting.cz; mail.cesky-hosting.cz; smtp.cesky-hosting.cz;; thinline.cz
        TikiTiki; local smtp=address;; mx.tiki.ne.jp:110!; smtp-auth.tiki.ne.jp:587!;; tiki.ne.jp
        Tim Mail;; imap.tim.it:143; pop.tim.it:110; smtp.tim.it:587;; tim.it
        Tiscali;;; pop3.mail.tiscali.cz:110!; smtp.mail.tiscali.cz:25!;; tiscali.cz wo.cz worldonline.cz worldmail.cz
        Tiscali Mail;; imap.tiscali.it; pop.tiscali.it; smtp.tiscali.it;; tiscali.it
        University of Michigan; oauth=google api=gmail app; imap.gmail.com;; smtp.gmail.com;; umich.edu
        UOL; local; imap.uol.com.br; pop3.uol.com.br; smtps.uol.com.br:587;; uol.com.br
        Verizon; oauth=aol app; imap.aol.com; pop.aol.com; smtp.aol.com;; verizon.net
        Virgilio Mail;; in.virgilio.it; in.virgilio.it; out.virgilio.it;; virgilio.it
        Virgin.net: Virgin Media Mail;; imap4.virgin.net; pop.virgin.net; smtp.virgin.net;; virgin.net
        Virgin Media Mail;; imap.virginmedia.com; pop3.virginmedia.com; smtp.virginmedia.com;; virginmedia.com
        aikis; local;; mail.aikis.or.jp; mail.aikis.or.jp:587;; vm.aikis.or.jp
        Vodafone;; imap.vodafonemail.de; pop3.vodafonemail.de; smtp.vodafonemail.de;; vodafonemail.de arcor.de
          kabelmail.de
        TikiTiki; local smtp=address;; vp.tiki.ne.jp:110!; vs.tiki.ne.jp:587!;; vp.tiki.ne.jp
        WEB.DE Freemail; local enable; imap.web.de; pop3.web.de; smtp.web.de;; web.de
        Webhuset;; imap.webhuset.no; mail.webhuset.no; smtp.webhuset.no;; webhuset.no
        WebSupport;; imap.websupport.sk; pop.websupport.sk; smtp.websupport.sk; websupport.sk; websupport.sk
        GoDaddy;; imap.secureserver.net; pop.secureserver.net; smtpout.secureserver.net; secureserver.net;
        Poczta Wirtualna Polska; local enable; imap.wp.pl; pop3.wp.pl; smtp.wp.pl;; wp.pl
        wind; local;; xp.wind.jp:110!; xp.wind.jp:587!;; xp.wind.jp
        Xtra Mail;; imap.xtra.co.nz; pop3.xtra.co.nz; send.xtra.co.nz;; xtra.co.nz
        Yahoo! JAPAN; local;; pop.mail.yahoo.co.jp; smtp.mail.yahoo.co.jp;; yahoo.co.jp
        Yandex Mail; app enable; imap.yandex.com; pop.yandex.com; smtp.yandex.com; mx.yandex.net mx.yandex.ru; yandex.ru
          yandex.com yandex.net yandex.by yandex.kz yandex.ua ya.ru narod.ru
        Yahoo! BB; local;; ybbpop.mail.yahoo.co.jp; ybbsmtp.mail.yahoo.co.jp;; ybb.ne.jp
        yeah.net; app enable; imap.yeah.net;; smtp.yeah.net;; yeah.net
        ZeelandNet e-mail; local; mail.zeelandnet.nl; mail.zeelandnet.nl; mail.zeelandnet.nl;; zeelandnet.nl
        Ziggo Mail;; imap.ziggo.nl; pop.ziggo.nl; smtp.ziggo.nl:587;; hahah.nl ziggomail.com casema.nl zinders.nl ziggo.nl
          zeggis.nl zeggis.com razcall.nl razcall.com upcmail.nl chello.nl multiweb.nl home.nl quicknet.nl
        Zoho Mail - Australia; enable; imap.zoho.com.au; pop.zoho.com.au; smtp.zoho.com.au; zoho.com.au; zoho.com.au
          zohomail.com.au
        Zoho Mail - US; enable; imap.zoho.com; pop.zoho.com; smtp.zoho.com; zoho.com; zoho.com zohomail.com
        Zoho Mail - Europe; enable; imap.zoho.eu; pop.zoho.eu; smtp.zoho.eu; zoho.eu; zoho.eu zohomail.eu
        Zoho Mail - India; enable; imap.zoho.in; pop.zoho.in; smtp.zoho.in; zoho.in; zoho.in zohomail.in
        Zoho Mail - Japan; enable; imap.zoho.jp; pop.zoho.jp; smtp.zoho.jp; zoho.jp; zoho.jp zohomail.jp
        Zoho Mail - Canada; enable; imap.zohocloud.ca; pop.zohocloud.ca; smtp.zohocloud.ca; zohocloud.ca; zohocloud.ca
          zohomailcloud.ca
        mailbox.org;; imap.mailbox.org; pop3.mailbox.org; smtp.mailbox.org; mailbox.org; mailbox.org
        Proton Mail; note=bridge;;;; protonmail.ch; proton.me protonmail.com protonmail.ch pm.me
        Tuta; note=closed;;;; tutanota.de; tuta.com tutanota.com tutanota.de tutamail.com tuta.io keemail.me
        Migadu;; imap.migadu.com; pop.migadu.com; smtp.migadu.com; migadu.com;
        Runbox;; mail.runbox.com; mail.runbox.com; mail.runbox.com; runbox.com; runbox.com
        IONOS;; imap.ionos.com; pop.ionos.com; smtp.ionos.com; 1and1.com ionos.com perfora.net;
        IONOS;; imap.ionos.co.uk; pop.ionos.co.uk; smtp.ionos.co.uk; 1and1.co.uk ionos.co.uk;
        IONOS;; imap.ionos.de; pop.ionos.de; smtp.ionos.de; ionos.de;
        IONOS;; imap.ionos.fr; pop.ionos.fr; smtp.ionos.fr; 1and1.fr ionos.fr;
        IONOS;; imap.ionos.es; pop.ionos.es; smtp.ionos.es; 1and1.es ionos.es;
        Namecheap Private Email;; mail.privateemail.com; mail.privateemail.com; mail.privateemail.com; privateemail.com;
          privateemail.com
        Hostinger;; imap.hostinger.com; pop.hostinger.com; smtp.hostinger.com; hostinger.com;
        Titan;; imap.titan.email; pop.titan.email; smtp.titan.email; titan.email; titan.email
        DreamHost;; imap.dreamhost.com; pop.dreamhost.com; smtp.dreamhost.com; dreamhost.com;
        Infomaniak;; mail.infomaniak.com; mail.infomaniak.com; mail.infomaniak.com; infomaniak.ch infomaniak.com; ik.me
          ikmail.com etik.com
        Alibaba Mail;; imap.qiye.aliyun.com; pop.qiye.aliyun.com; smtp.qiye.aliyun.com; mxhichina.com aliyun.com;
        Tencent Exmail; app enable; imap.exmail.qq.com; pop.exmail.qq.com; smtp.exmail.qq.com; mxbiz1.qq.com mxbiz2.qq.com;
        NetEase Qiye; enable; imap.qiye.163.com; pop.qiye.163.com; smtp.qiye.163.com; qiye163mx01.mxmail.netease.com qiye163mx02.mxmail.netease.com;
        freenet;; mx.freenet.de; mx.freenet.de; mx.freenet.de:587;; freenet.de
        """
}
